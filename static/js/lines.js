/*
 * Line items: a Django formset as a table in which lines are added, copied and removed.
 *
 *   <div data-lines data-prefix="lines">          prefix of the formset; holds its management form
 *     <tbody data-lines-rows>
 *       <tr data-line> … </tr>                    one form; a saved line has its hidden id and a DELETE box (in .line-delete)
 *     <template data-line-template>               one <tr data-line> with __prefix__ for the number (formset.empty_form)
 *     <button data-line-add>                      outside or inside the table
 *     <button data-line-copy>, [data-line-remove] inside a line
 *     <output data-total="amount">                sum of the fields lines-N-amount (or of outputs data-name="amount")
 *     <output data-product="days,price" data-name="amount">   inside a line: the product of two of its fields
 *     <output data-lines-count>                   how many lines
 *
 * Keys: Enter goes to the same field of the next line, on the last line it adds one; Ctrl+Delete removes the line.
 * Events (bubbling): line:added on the new line, lines:changed on the container.
 * Saved lines keep their numbers, because Django matches the first INITIAL_FORMS forms with saved rows.
 * Sums are shown for orientation; the server computes its own.
 */
const DIGITS = 2;

/** A typed amount in hundredths, without floating point; anything unreadable counts as nothing. */
function toCents(text) {
  const found = /^\s*(-?)(\d*)(?:\.(\d*))?\s*$/.exec(String(text ?? "").replaceAll(",", ""));
  if (!found) return 0n;
  const decimals = (found[3] ?? "").padEnd(DIGITS + 1, "0");
  let cents = BigInt(found[2] || "0") * 100n + BigInt(decimals.slice(0, DIGITS));
  if (decimals[DIGITS] >= "5") cents += 1n;
  return found[1] ? -cents : cents;
}

function showCents(cents) {
  const negative = cents < 0n;
  const digits = String(negative ? -cents : cents).padStart(DIGITS + 1, "0");
  const whole = digits.slice(0, -DIGITS).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${negative ? "-" : ""}${whole}.${digits.slice(-DIGITS)}`;
}

/** Product of two amounts in hundredths, rounded half up. */
function times(one, other) {
  const product = one * other;
  return product < 0n ? -((-product + 50n) / 100n) : (product + 50n) / 100n;
}

class Lines {
  constructor(container) {
    this.container = container;
    this.prefix = container.dataset.prefix;
    this.rows = container.querySelector("[data-lines-rows]");
    this.template = container.querySelector("template[data-line-template]");
    this.number = new RegExp(`(${this.prefix}-)(\\d+|__prefix__)(?=-)`, "g");
    container.addEventListener("click", (event) => this.clicked(event));
    container.addEventListener("keydown", (event) => this.keyed(event));
    container.addEventListener("input", () => this.compute());
    container.addEventListener("change", () => this.compute());
    for (const row of this.all()) if (this.deleteBox(row)?.checked) row.classList.add("is-removed");
    this.compute();
  }

  all() {
    return [...this.rows.querySelectorAll("[data-line]")];
  }

  live() {
    return this.all().filter((row) => !row.classList.contains("is-removed"));
  }

  field(row, name) {
    return row.querySelector(`[name$="-${name}"], output[data-name="${name}"]`);
  }

  /** "amount" of the field lines-3-amount. */
  nameOf(field) {
    return field.name.replace(this.number, "").replace(/^-/, "");
  }

  deleteBox(row) {
    return row.querySelector('input[name$="-DELETE"]');
  }

  isSaved(row) {
    return Boolean(row.querySelector('input[type=hidden][name$="-id"], input[type=hidden][name$="_ptr"]')?.value);
  }

  clicked(event) {
    const button = event.target.closest("[data-line-add], [data-line-copy], [data-line-remove]");
    if (!button || button.closest("[data-lines]") !== this.container) return;
    event.preventDefault();
    const row = button.closest("[data-line]");
    if (button.matches("[data-line-add]")) this.add();
    else if (button.matches("[data-line-copy]")) this.add(row);
    else this.remove(row);
  }

  keyed(event) {
    const row = event.target.closest("[data-line]");
    if (!row || event.isComposing) return;
    if (event.key === "Delete" && event.ctrlKey) {
      event.preventDefault();
      this.remove(row);
    } else if (event.key === "Enter" && event.target.matches("input:not([type=checkbox], [type=file])")) {
      if (event.target.closest(".ts-wrapper")) return;
      event.preventDefault();
      this.down(row, event.target);
    }
  }

  /** The same field one line further down. */
  down(row, input) {
    const rows = this.live();
    const name = this.nameOf(input);
    const next = rows[rows.indexOf(row) + 1] ?? this.add(null, false);
    const field = this.field(next, name);
    field?.focus();
    field?.select?.();
  }

  add(source = null, focus = true) {
    const row = this.template.content.firstElementChild.cloneNode(true);
    if (source) source.after(row);
    else this.rows.append(row);
    if (source) this.copyValues(source, row);
    this.renumber();
    row.dispatchEvent(new CustomEvent("line:added", { bubbles: true }));
    if (focus) row.querySelector("select, input:not([type=hidden])")?.focus();
    this.changed();
    return row;
  }

  copyValues(source, row) {
    for (const field of row.querySelectorAll("input, select, textarea")) {
      const name = this.nameOf(field);
      const from = this.field(source, name);
      if (!from || ["id", "DELETE"].includes(name) || field.type === "file" || field.dataset.nocopy !== undefined) continue;
      if (field.type === "checkbox" || field.type === "radio") field.checked = from.checked;
      else field.value = from.value;
    }
  }

  remove(row) {
    const rows = this.live();
    const neighbour = rows[rows.indexOf(row) + 1] ?? rows[rows.indexOf(row) - 1];
    if (this.isSaved(row)) {
      this.deleteBox(row).checked = true;
      row.classList.add("is-removed");
    } else {
      row.remove();
    }
    if (this.live().length) neighbour?.querySelector("select, input:not([type=hidden])")?.focus();
    else this.add();
    this.renumber();
    this.changed();
  }

  /** Numbers without gaps: saved lines first, then the new ones, each in the order they stand. */
  renumber() {
    const rows = this.all();
    const order = [...rows.filter((row) => this.isSaved(row)), ...rows.filter((row) => !this.isSaved(row))];
    order.forEach((row, number) => {
      for (const element of row.querySelectorAll("*")) {
        for (const name of ["name", "id", "for", "aria-describedby", "aria-labelledby", "list"]) {
          const value = element.getAttribute(name);
          if (value?.includes(`${this.prefix}-`)) element.setAttribute(name, value.replace(this.number, `$1${number}`));
        }
      }
    });
    this.container.querySelector(`input[name="${this.prefix}-TOTAL_FORMS"]`).value = String(rows.length);
  }

  changed() {
    this.compute();
    this.container.dispatchEvent(new CustomEvent("lines:changed", { bubbles: true }));
  }

  compute() {
    const rows = this.live();
    for (const row of rows) {
      for (const output of row.querySelectorAll("output[data-product]")) {
        const [one, other] = output.dataset.product.split(",").map((name) => toCents(this.field(row, name.trim())?.value));
        output.value = showCents(times(one, other));
      }
    }
    for (const output of this.container.querySelectorAll("output[data-total]")) {
      const cents = rows.map((row) => toCents(this.field(row, output.dataset.total)?.value));
      output.value = showCents(cents.reduce((sum, value) => sum + value, 0n));
    }
    for (const output of this.container.querySelectorAll("output[data-lines-count]")) output.value = String(rows.length);
  }
}

for (const container of document.querySelectorAll("[data-lines]")) container.lines = new Lines(container);
