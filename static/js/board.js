/*
 * The stage board by drag. Without this module the select and the button on each card do the same.
 *
 *   .board-card[draggable] with .board-move (select, button[formaction])  is dragged
 *   .board-column[data-drop][data-stage="id"]                             takes it: #board-form is sent with this stage
 *
 * The answer is the board as it is now; it replaces the one on the page, so that numbers and sums are those of the server.
 */
const ID = "board";
let dragged = null;

const column = (event) => event.target.closest?.(".board-column[data-drop]");

function clear() {
  for (const marked of document.querySelectorAll(".board-column.is-target")) marked.classList.remove("is-target");
}

async function send(card, stage) {
  const select = card.querySelector(".board-move select");
  const button = card.querySelector(".board-move button");
  const before = select.value;
  if (before === stage) return;
  select.value = stage;
  const body = new FormData(document.getElementById("board-form"));
  body.set("stage", stage);
  try {
    const answer = await fetch(button.formAction, { method: "POST", body, headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(ID);
    if (!answer.ok || !fresh) throw new Error(answer.status);
    const board = document.getElementById(ID);
    const left = board.scrollLeft;
    board.replaceWith(fresh);
    fresh.scrollLeft = left;
    const said = (selector) => [page, document].map((source) => source.querySelector(selector));
    const [now, old] = said(".page-subheading, .subheading");
    if (now && old) old.replaceWith(now);
    for (const message of page.querySelectorAll(".toast-message")) {
      const level = [...message.classList].find((name) => name.startsWith("toast-") && name !== "toast-message");
      window.agencyops.toast((message.querySelector("span") ?? message).textContent.trim(), level?.slice(6));
    }
  } catch {
    select.value = before;
    window.agencyops.toast(window.agencyops.word("failed"), "error");
  }
}

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".board-card[draggable]") ?? null;
  if (!dragged) return;
  dragged.classList.add("is-dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.card);
});

document.addEventListener("dragover", (event) => {
  const target = dragged && column(event);
  clear();
  if (!target) return;
  event.preventDefault();
  target.classList.add("is-target");
});

document.addEventListener("drop", (event) => {
  const target = dragged && column(event);
  if (!target) return;
  event.preventDefault();
  send(dragged, target.dataset.stage);
});

document.addEventListener("dragend", () => {
  dragged?.classList.remove("is-dragged");
  dragged = null;
  clear();
});
