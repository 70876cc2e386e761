/*
 * Runs right behind the navigation, before it is painted: closes the groups this person closed last time (localStorage
 * "nav-closed", a list of keys) and remembers what is opened and closed. The group of the current page stays open.
 *   <details data-group="KEY">   a group
 */
(() => {
  const read = () => {
    try {
      return new Set(JSON.parse(localStorage.getItem("nav-closed") || "[]"));
    } catch {
      return new Set();
    }
  };
  const closed = read();
  for (const group of document.querySelectorAll("details[data-group]")) {
    if (closed.has(group.dataset.group) && !group.querySelector("[aria-current]")) group.open = false;
    group.querySelector("summary").addEventListener("click", () => {
      const now = read();
      if (group.open) now.add(group.dataset.group);
      else now.delete(group.dataset.group);
      try {
        localStorage.setItem("nav-closed", JSON.stringify([...now]));
      } catch {
        /* not remembered */
      }
    });
  }
  const current = document.querySelector(".frame-nav [aria-current]");
  const scroll = document.querySelector(".nav-scroll");
  if (current && scroll && current.offsetTop > scroll.clientHeight) scroll.scrollTop = current.offsetTop - scroll.clientHeight / 2;
})();
