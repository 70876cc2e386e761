/*
 * Choices one can search by typing (Tom Select). Without scripts they are ordinary selects.
 *
 *   <select data-searchable>                      searches its own options
 *   <select data-searchable data-source="URL">    asks URL?q=… for JSON [{"value", "text"}]
 *
 * Its words are attributes of <body>: data-nothing-found, data-remove.
 *
 * Selects that come later (new line items, htmx fragments) are taken up when they appear.
 */
const words = document.body.dataset;

function enhance(select) {
  if (select.tomselect || select.closest("template")) return;
  const settings = {
    allowEmptyOption: true,
    maxOptions: 200,
    copyClassesToDropdown: false,
    onItemAdd() {
      window.clearTimeout(this.refreshTimeout); // what was typed just before would draw the list anew, and open it
    },
    plugins: select.multiple ? { remove_button: { title: words.remove } } : {},
    render: { no_results: (_, escape) => `<div class="no-results">${escape(words.nothingFound)}</div>` },
  };
  if (select.dataset.source) {
    settings.preload = "focus";
    settings.load = async function load(query, show) {
      let found;
      try {
        const answer = await fetch(`${select.dataset.source}?q=${encodeURIComponent(query)}`, { headers: { Accept: "application/json" } });
        found = answer.ok ? await answer.json() : [];
        this.clearOptions((option, value) => value === "" || this.items.includes(value));
      } catch {
        found = undefined;
      }
      const closed = !this.isOpen;
      show(found);
      if (closed && this.isFull()) this.close(); // an answer that comes after the choice would open the list again
    };
    settings.searchField = [];
    settings.valueField = "value";
    settings.labelField = "text";
  }
  new window.TomSelect(select, settings);
}

function enhanceIn(element) {
  for (const select of element.querySelectorAll?.("select[data-searchable]") ?? []) enhance(select);
}

if (window.TomSelect) {
  enhanceIn(document);
  document.addEventListener("line:added", (event) => enhanceIn(event.target));
  document.addEventListener("htmx:load", (event) => enhanceIn(event.detail.elt));
}
