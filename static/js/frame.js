/*
 * Runs in <head>, before anything is painted, so that theme and width of the navigation never flicker.
 *   <html data-theme="light|dark|auto">   the person's preference; becomes data-bs-theme="light|dark"
 *   localStorage "nav"  = "narrow"        becomes <html data-nav="narrow">
 *   <html class="js">                     scripts run: styles may rely on them
 * A click on something that needs the scripts of the page is kept until they are there, so that none is lost.
 */
(() => {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const paint = () => {
    const wanted = root.dataset.theme;
    const auto = wanted !== "light" && wanted !== "dark";
    root.dataset.bsTheme = auto ? (system.matches ? "dark" : "light") : wanted;
  };
  root.classList.add("js");
  paint();
  system.addEventListener("change", paint);
  new MutationObserver(paint).observe(root, { attributeFilter: ["data-theme"] });
  try {
    if (localStorage.getItem("nav") === "narrow") root.dataset.nav = "narrow";
  } catch {
    /* storage is switched off: the navigation is simply wide */
  }

  const keep = (event) => {
    const clicked = event.target.closest("button[type=button], [data-dialog], [data-confirm]");
    if (!clicked) return;
    event.preventDefault();
    event.stopPropagation();
    document.addEventListener("DOMContentLoaded", () => clicked.click(), { once: true });
  };
  document.addEventListener("click", keep, { capture: true });
  document.addEventListener("DOMContentLoaded", () => document.removeEventListener("click", keep, { capture: true }));
})();
