// Draws the figures of a page with plotly, in the page's own colours.
// An element with data-figure names the address of a figure's JSON. A figure that does not come
// leaves its text: the table beside it holds the same values.
"use strict";

(() => {
  const CONFIG = { displayModeBar: false, responsive: true, showTips: false, doubleClick: false };
  const drawn = new Map();

  const readColours = () => {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue(`--${name}`).trim();
    return {
      accent: read("accent"), muted: read("muted"), ink: read("ink"), paper: read("paper"),
      rule: read("rule"), edge: read("edge"), sans: read("sans"),
    };
  };

  const themed = ({ data, layout }, colours) => {
    const axis = {
      color: colours.muted, gridcolor: colours.rule, linecolor: colours.rule,
      tickfont: { size: 12.5, color: colours.ink },
    };
    const traces = data.map((trace) => {
      const colour = colours[trace.meta] || colours.accent;
      return {
        ...trace,
        marker: { ...trace.marker, color: colour, line: { ...trace.marker?.line, color: colour } },
        error_x: { ...trace.error_x, color: colour },
        error_y: { ...trace.error_y, color: colour },
        line: { ...trace.line, color: colour },
      };
    });
    const titled = (title) => ({ ...title, font: { size: 12.5, color: colours.muted } });
    return [traces, {
      ...layout,
      paper_bgcolor: "transparent",
      plot_bgcolor: "transparent",
      font: { family: colours.sans, size: 12.5, color: colours.ink },
      hoverlabel: {
        align: "left", bgcolor: colours.paper, bordercolor: colours.edge,
        font: { family: colours.sans, size: 13, color: colours.ink },
      },
      legend: { ...layout.legend, font: { size: 12.5, color: colours.ink } },
      xaxis: { ...layout.xaxis, ...axis, title: titled(layout.xaxis.title) },
      yaxis: { ...layout.yaxis, ...axis, title: titled(layout.yaxis.title), showgrid: true, showline: false },
    }];
  };

  const draw = (element, figure) => {
    const [data, layout] = themed(figure, readColours());
    return Plotly.react(element, data, layout, CONFIG);
  };

  const load = async (element) => {
    const text = element.querySelector("p");
    try {
      const response = await fetch(element.dataset.figure);
      if (!response.ok) throw new Error(`status ${response.status}`);
      const figure = await response.json();
      const place = document.createElement("div");
      place.setAttribute("role", "img");
      place.setAttribute("aria-label", `${element.dataset.label} The table has the same values.`);
      element.append(place);
      await draw(place, figure);
      drawn.set(place, figure);
      text.remove();
    } catch (error) {
      text.textContent = "The figure did not load; the table has the same values.";
      console.error("figure", element.dataset.figure, error);
    }
  };

  for (const element of document.querySelectorAll("[data-figure]")) load(element);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const [place, figure] of drawn) draw(place, figure);
  });
})();
