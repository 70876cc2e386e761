/*
 * The inbox by keyboard, and choosing several rows.
 *
 *   <form data-inbox>                       holds the table and the buttons
 *     [data-row] a[data-open]               a row and the link that opens it
 *     input[type=checkbox][data-select]     chooses the row
 *     input[type=checkbox][data-select-all] chooses all
 *     [data-selected-count]                 says how many
 *     button[data-needs-selection]          works only when something is chosen
 *
 * Keys: j and k move, Enter opens, x chooses, Shift+click chooses a range.
 */
class Inbox {
  constructor(form) {
    this.form = form;
    this.current = null;
    this.last = null;
    document.addEventListener("keydown", (event) => this.keyed(event));
    form.addEventListener("click", (event) => this.clicked(event));
    form.addEventListener("change", (event) => this.changed(event));
    document.addEventListener("htmx:load", () => this.show());
    this.show();
  }

  rows() {
    return [...this.form.querySelectorAll("[data-row]")];
  }

  boxes() {
    return [...this.form.querySelectorAll("input[data-select]:not(:disabled)")];
  }

  keyed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), textarea, select, dialog, .dropdown-menu")) return;
    if (event.key === "j") this.move(1);
    else if (event.key === "k") this.move(-1);
    else if (event.key === "x") this.toggle();
    else if (event.key === "Enter" && !event.target.closest("a, button")) this.current?.querySelector("a[data-open]")?.click();
    else return;
    event.preventDefault();
  }

  move(step) {
    const rows = this.rows();
    if (!rows.length) return;
    const at = rows.indexOf(this.current);
    this.mark(rows[Math.min(Math.max(at + step, 0), rows.length - 1)]);
  }

  mark(row) {
    this.current?.classList.remove("is-current");
    this.current = row;
    row.classList.add("is-current");
    row.scrollIntoView({ block: "nearest" });
    row.querySelector("a[data-open]")?.focus({ preventScroll: true });
  }

  toggle() {
    const box = this.current?.querySelector("input[data-select]:not(:disabled)");
    if (!box) return;
    box.checked = !box.checked;
    this.show();
  }

  clicked(event) {
    if (event.target.matches("input[data-select]")) {
      this.range(event);
      return;
    }
    const row = event.target.closest("[data-row]");
    if (row && !event.target.closest("a, button, input, label, select, textarea")) row.querySelector("a[data-open]")?.click();
  }

  range(event) {
    const boxes = this.boxes();
    const at = boxes.indexOf(event.target);
    if (event.shiftKey && this.last !== null) {
      const [from, to] = [Math.min(at, this.last), Math.max(at, this.last)];
      for (const box of boxes.slice(from, to + 1)) box.checked = event.target.checked;
    }
    this.last = at;
  }

  changed(event) {
    if (event.target.matches("[data-select-all]")) for (const box of this.boxes()) box.checked = event.target.checked;
    this.show();
  }

  show() {
    const boxes = this.boxes();
    const chosen = boxes.filter((box) => box.checked).length;
    for (const box of boxes) box.closest("[data-row]")?.classList.toggle("is-selected", box.checked);
    for (const place of this.form.querySelectorAll("[data-selected-count]")) place.textContent = String(chosen);
    for (const button of this.form.querySelectorAll("[data-needs-selection]")) button.disabled = chosen === 0;
    for (const all of this.form.querySelectorAll("[data-select-all]")) {
      all.checked = chosen > 0 && chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
    }
  }
}

for (const form of document.querySelectorAll("form[data-inbox]")) form.inbox = new Inbox(form);
