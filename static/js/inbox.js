/*
 * The inbox by keyboard. Choosing several rows is the business of app.js.
 *
 *   <form data-inbox>                       holds the table and the buttons
 *     [data-row] a[data-open]               a row and the link that opens it
 *     input[type=checkbox][data-select]     chooses the row
 *
 * Keys: j and k move, Enter opens, x chooses.
 */
class Inbox {
  constructor(form) {
    this.form = form;
    this.current = null;
    document.addEventListener("keydown", (event) => this.keyed(event));
    form.addEventListener("click", (event) => this.clicked(event));
  }

  rows() {
    return [...this.form.querySelectorAll("[data-row]")];
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
    this.current?.querySelector("input[data-select]:not(:disabled)")?.click();
  }

  clicked(event) {
    const row = event.target.closest("[data-row]");
    if (row && !event.target.closest("a, button, input, label, select, textarea")) row.querySelector("a[data-open]")?.click();
  }
}

for (const form of document.querySelectorAll("form[data-inbox]")) form.inbox = new Inbox(form);
