/*
 * What every page does. No page needs it: without scripts links, forms and buttons do the same more slowly.
 *
 *   input[data-search]            "/" puts the cursor there
 *   button[data-nav-collapse]     narrows and widens the navigation, remembered in this browser
 *   button[name=theme]            shows the theme at once and tells the server in the background
 *   tr[data-href="URL"]           the row opens the page (a real link stays in one of its cells)
 *   [data-confirm="question"]     on a form or a submit button: asks first
 *   form[data-guard]              leaving the page with unsaved input warns
 *   form[method=post]             a second click does not submit twice; opt out with data-many
 *   [data-dialog="id"]            opens <dialog id>; [data-dialog-close] closes the dialog around it
 *   [data-reason="text"]          writes the text into the textarea of its form
 *   input[data-select-all]        chooses every input[data-select] of its form; with a value, every check box of that name.
 *                                 [data-selected-count] says how many, button[data-needs-selection] works only when something
 *                                 is chosen (both with the same value); Shift+click chooses a range
 *   .tabs a[aria-current]         is in sight, however narrow the screen
 *   [data-dismiss]                removes the message around it; success and info messages go by themselves
 *   [data-poll]                   an htmx request repeated in the background: rests while the page is hidden
 *   event "toast" {level, text}   shows a message; a server sends HX-Trigger: {"toast": {...}}
 *
 * window.agencyops = {word(key), csrfToken(), toast(text, level), fields(form)} serves the other modules.
 */
const root = document.documentElement;
const words = document.getElementById("words");

const agencyops = {
  /** A sentence in the language of the page, from components/confirm_dialog.html. */
  word: (key) => words?.dataset[key] ?? "",
  csrfToken: () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "",
  toast,
  fields,
};
window.agencyops = agencyops;

for (const tab of document.querySelectorAll(".tabs a[aria-current]")) {
  tab.scrollIntoView({ block: "nearest", inline: "center" });
}

/** The fields of a form without its files, for requests in the background. */
function fields(form) {
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
  return data;
}

function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    /* storage is switched off: nothing is remembered */
  }
}

/* Messages */
function toast(text, level = "info") {
  const list = document.getElementById("toasts");
  if (!list || !text) return;
  const message = document.createElement("div");
  message.className = `toast-message toast-${level}`;
  const words = document.createElement("span");
  words.textContent = text;
  const close = document.createElement("button");
  Object.assign(close, { type: "button", className: "btn-close" });
  close.dataset.dismiss = "";
  close.setAttribute("aria-label", list.dataset.close);
  message.append(words, close);
  list.append(message);
  fadeLater(message);
}

function fadeLater(message) {
  if (message.matches(".toast-error, .toast-danger, .toast-warning")) return;
  let timer;
  const start = () => {
    timer = setTimeout(() => {
      message.classList.add("is-leaving");
      setTimeout(() => message.remove(), 350);
    }, 8000);
  };
  message.addEventListener("pointerenter", () => clearTimeout(timer));
  message.addEventListener("pointerleave", start);
  message.addEventListener("focusin", () => clearTimeout(timer));
  start();
}
document.querySelectorAll(".toast-message").forEach(fadeLater);
document.addEventListener("toast", (event) => toast(event.detail.text, event.detail.level));

/* Clicks */
document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-dismiss], [data-dialog], [data-dialog-close], [data-reason], [data-nav-collapse]");
  if (!target) return;
  if ("dismiss" in target.dataset) target.closest(".toast-message")?.remove();
  if ("dialog" in target.dataset) openDialog(target, event);
  if ("dialogClose" in target.dataset) closeDialog(target, event);
  if ("reason" in target.dataset) writeReason(target);
  if ("navCollapse" in target.dataset) {
    const narrow = root.dataset.nav !== "narrow";
    if (narrow) root.dataset.nav = "narrow";
    else delete root.dataset.nav;
    remember("nav", narrow ? "narrow" : "wide");
    nameNarrowEntries();
  }
});

function openDialog(target, event) {
  const dialog = document.getElementById(target.dataset.dialog);
  if (!dialog?.showModal) return;
  event.preventDefault();
  dialog.showModal();
  dialog.querySelector("textarea, input:not([type=hidden])")?.focus();
}

function closeDialog(target, event) {
  const dialog = target.closest("dialog");
  if (!dialog?.open) return;
  event.preventDefault();
  dialog.close();
}

function writeReason(target) {
  const text = target.form?.querySelector("textarea") ?? target.closest("form")?.querySelector("textarea");
  if (!text) return;
  text.value = text.value.trim() ? `${text.value.trim()}\n${target.dataset.reason}` : target.dataset.reason;
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.focus();
}

/* In the narrow navigation only icons show: the label becomes the tooltip. */
function nameNarrowEntries() {
  for (const link of document.querySelectorAll(".nav-scroll a")) {
    if (root.dataset.nav === "narrow") link.title = link.querySelector("span").textContent;
    else link.removeAttribute("title");
  }
  for (const group of document.querySelectorAll(".nav-group")) if (root.dataset.nav === "narrow") group.open = true;
}
nameNarrowEntries();

/* Rows that open a page */
function openRow(event, fresh) {
  const row = event.target.closest("tr[data-href]");
  if (!row || event.target.closest("a, button, input, select, textarea, label, summary")) return;
  if (window.getSelection().toString()) return;
  if (fresh || event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
  else window.location.assign(row.dataset.href);
}
document.addEventListener("click", (event) => openRow(event, false));
document.addEventListener("auxclick", (event) => {
  if (event.button === 1) openRow(event, true);
});

/* "/" searches */
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
  const search = document.querySelector("[data-search]");
  if (!search) return;
  event.preventDefault();
  search.focus();
  search.select();
});

/* Theme: seen at once, remembered by the server */
function chooseTheme(form, button) {
  root.dataset.theme = button.value;
  markTheme();
  const data = new FormData(form);
  data.set("theme", button.value);
  fetch(form.action, { method: "POST", body: data, redirect: "manual" }).catch(() => toast(agencyops.word("offline"), "warning"));
}

function markTheme() {
  for (const button of document.querySelectorAll("button[name=theme]")) {
    if (button.value === root.dataset.theme) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}
markTheme();

/* Submitting: theme, then the question, then only once */
const confirmed = new WeakSet();
let submitting = false;

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  if (button?.name === "theme") {
    event.preventDefault();
    chooseTheme(form, button);
    return;
  }
  const question = button?.dataset.confirm ?? form.dataset.confirm;
  if (question && !confirmed.has(form)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(question, button).then((yes) => {
      if (!yes) return;
      confirmed.add(form);
      form.requestSubmit(button);
      confirmed.delete(form);
    });
  }
}, true);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog") return;
  submitting = true;
  if (form.method !== "post" || "many" in form.dataset || form.target === "_blank") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  setTimeout(() => {
    for (const button of submitButtons(form)) button.disabled = true;
  });
});

function submitButtons(form) {
  return [...form.elements].filter((element) => element.type === "submit" && !element.disabled);
}

/* Back from the next page: everything can be sent again. */
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  submitting = false;
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const element of form.elements) if (element.type === "submit") element.disabled = false;
  }
});

function ask(question, button) {
  const dialog = document.getElementById("confirm-dialog");
  if (!dialog?.showModal) return Promise.resolve(window.confirm(question));
  dialog.querySelector("#confirm-text").textContent = question;
  const ok = dialog.querySelector("button[value=ok]");
  ok.className = `btn ${button?.classList.contains("btn-danger") ? "btn-danger" : "btn-primary"}`;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "ok"), { once: true });
  });
}

/* Choosing several rows */
let lastChosen = null;

function boxesOf(element, name) {
  const all = name ? document.getElementsByName(name) : (element.closest("form")?.querySelectorAll("input[data-select]") ?? []);
  return [...all].filter((box) => box.type === "checkbox" && !box.disabled);
}

function showChosen() {
  for (const all of document.querySelectorAll("input[data-select-all]")) {
    const boxes = boxesOf(all, all.dataset.selectAll);
    const chosen = boxes.filter((box) => box.checked).length;
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
    for (const box of boxes) box.closest("[data-row], tr")?.classList.toggle("is-selected", box.checked);
  }
  for (const place of document.querySelectorAll("[data-selected-count]")) {
    place.textContent = String(boxesOf(place, place.dataset.selectedCount).filter((box) => box.checked).length);
  }
  for (const button of document.querySelectorAll("[data-needs-selection]")) {
    button.disabled = !boxesOf(button, button.dataset.needsSelection).some((box) => box.checked);
  }
}

document.addEventListener("click", (event) => {
  const box = event.target;
  const all = [...document.querySelectorAll("input[data-select-all]")].find((one) => boxesOf(one, one.dataset.selectAll).includes(box));
  if (!all) return;
  const boxes = boxesOf(all, all.dataset.selectAll);
  if (event.shiftKey && boxes.includes(lastChosen)) {
    const [from, to] = [boxes.indexOf(box), boxes.indexOf(lastChosen)].sort((one, other) => one - other);
    for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
  }
  lastChosen = box;
});
document.addEventListener("change", (event) => {
  if (event.target.type !== "checkbox") return;
  if ("selectAll" in event.target.dataset) {
    for (const box of boxesOf(event.target, event.target.dataset.selectAll)) box.checked = event.target.checked;
  }
  showChosen();
});
document.addEventListener("htmx:load", showChosen);
showChosen();

/* Unsaved input */
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form && "guard" in form.dataset) form.dataset.dirty = "1";
});
document.addEventListener("lines:changed", (event) => {
  const form = event.target.closest("form[data-guard]");
  if (form) form.dataset.dirty = "1";
});
window.addEventListener("beforeunload", (event) => {
  if (!submitting && document.querySelector("form[data-guard][data-dirty]")) event.preventDefault();
});

/* The first field that is wrong */
document.querySelector(".error-summary ~ * .is-invalid, form:has(.error-summary) .is-invalid")?.focus({ preventScroll: true });

/* htmx */
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = agencyops.csrfToken();
});
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.target.hasAttribute("data-poll")) event.preventDefault();
});
document.addEventListener("htmx:responseError", (event) => {
  if (!event.target.hasAttribute("data-poll")) toast(agencyops.word("failed"), "error");
});
document.addEventListener("htmx:sendError", (event) => {
  if (!event.target.hasAttribute("data-poll")) toast(agencyops.word("offline"), "error");
});
