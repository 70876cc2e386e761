/*
 * Pictures of figures that stand beside them as a table (components/chart.html).
 *
 *   <div data-chart="ID"><canvas>            drawn from <script type="application/json" id="ID">:
 *   {"type": "bar"|"line"|"doughnut", "labels": [], "series": [{"label", "data": []}], "money": bool, "stacked": bool}
 *
 * Colours come from the theme and change with it.
 */
const PALETTE = ["--accent", "--good", "--warn", "--violet", "--info", "--bad", "--ink-3"];
const charts = new Map();

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const money = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const plain = new Intl.NumberFormat("en-US");

function dataset(source, series, index) {
  const round = source.type === "doughnut";
  const one = colour(PALETTE[index % PALETTE.length]);
  return {
    label: series.label,
    data: series.data.map(Number),
    backgroundColor: round ? source.labels.map((_, at) => colour(PALETTE[at % PALETTE.length])) : one,
    borderColor: round ? colour("--surface") : one,
    borderWidth: source.type === "bar" ? 0 : 2,
    borderRadius: 3,
    maxBarThickness: 34,
    pointRadius: 2,
    tension: 0.25,
  };
}

function axes(source, say) {
  if (source.type === "doughnut") return {};
  const ticks = { color: colour("--ink-3") };
  const stacked = Boolean(source.stacked);
  return {
    x: { stacked, ticks, grid: { display: false }, border: { color: colour("--line-strong") } },
    y: { stacked, ticks: { ...ticks, callback: say, maxTicksLimit: 6 }, beginAtZero: true, grid: { color: colour("--line") }, border: { display: false } },
  };
}

function draw(place) {
  charts.get(place)?.destroy();
  const source = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const sign = source.money ? "¥" : "";
  const exact = (value) => sign + (source.money ? money : plain).format(value);
  const chart = new window.Chart(place.querySelector("canvas"), {
    type: source.type,
    data: { labels: source.labels, datasets: source.series.map((series, index) => dataset(source, series, index)) },
    options: {
      responsive: true,
      maintainAspectRatio: false,
      animation: false,
      color: colour("--ink-2"),
      font: { family: getComputedStyle(document.body).fontFamily },
      scales: axes(source, (value) => sign + plain.format(value)),
      plugins: {
        legend: { display: source.series.length > 1 || source.type === "doughnut", position: "bottom", labels: { boxWidth: 10, boxHeight: 10 } },
        tooltip: { callbacks: { label: (point) => ` ${point.dataset.label ?? point.label}: ${exact(point.raw)}` } },
      },
    },
  });
  charts.set(place, chart);
}

if (window.Chart) {
  const drawAll = () => document.querySelectorAll("[data-chart]").forEach(draw);
  drawAll();
  document.addEventListener("htmx:afterSettle", drawAll);
  new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
}
