/*
 * What the server makes of the form while it is filled in: totals, the chain it will take, limits it exceeds.
 *
 *   <form data-preview="URL" data-preview-target="#preview">
 *   <div id="preview" aria-live="polite">      replaced by the HTML fragment that the server answers
 *
 * Half a second after the last change the fields (without files) are posted; an older answer never replaces a newer one.
 */
const DELAY = 500;

for (const form of document.querySelectorAll("form[data-preview]")) {
  const target = document.querySelector(form.dataset.previewTarget);
  let timer = 0;
  let running = null;

  const refresh = async () => {
    running?.abort();
    const mine = new AbortController();
    running = mine;
    target.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.dataset.preview, {
        method: "POST",
        body: window.agencyops.fields(form),
        headers: { "X-Requested-With": "XMLHttpRequest" },
        redirect: "manual",
        signal: mine.signal,
      });
      if (answer.ok && running === mine) {
        target.innerHTML = await answer.text();
        window.htmx?.process(target);
      }
    } catch {
      /* aborted by a newer one, or no connection: the last preview stays */
    }
    if (running === mine) target.removeAttribute("aria-busy");
  };
  const later = (event) => {
    if (event.target.type === "file") return;
    clearTimeout(timer);
    timer = setTimeout(refresh, DELAY);
  };

  if (target) {
    for (const name of ["input", "change", "lines:changed"]) form.addEventListener(name, later);
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented) return;
      clearTimeout(timer);
      running?.abort();
      running = null;
    });
    if (!target.firstElementChild) refresh();
  }
}
