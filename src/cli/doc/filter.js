"use strict";
// Shows only what holds the words in the field. Without this script the page is complete as it is.
(() => {
  const field = document.getElementById("filter");
  const nothing = document.getElementById("nothing");
  const items = [...document.querySelectorAll("[data-filter]")];
  const groups = [...document.querySelectorAll("[data-group]")];
  const sections = [...document.querySelectorAll("main > section")];
  const texts = new Map(items.map((item) => [item, item.textContent.toLowerCase()]));
  const heads = new Map(groups.map((group) => [group, group.querySelector("h3").textContent.toLowerCase()]));

  const holds = (text, words) => words.every((word) => text.includes(word));
  const filter = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const item of items) {
      const group = item.closest("[data-group]");
      const text = texts.get(item) + " " + (group ? heads.get(group) : "");
      item.hidden = !holds(text, words);
    }
    const shown = (box) => box.querySelector("[data-filter]:not([hidden])") !== null;
    for (const group of groups) group.hidden = words.length > 0 && !shown(group);
    for (const section of sections) section.hidden = words.length > 0 && !shown(section);
    nothing.hidden = words.length === 0 || sections.some((section) => !section.hidden);
  };

  field.addEventListener("input", filter);
  field.closest("[hidden]").hidden = false;
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== field) {
      event.preventDefault();
      field.focus();
    } else if (event.key === "Escape" && document.activeElement === field) {
      field.value = "";
      filter();
      field.blur();
    }
  });
  // A link leads to what the filter has hidden, too.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link && field.value) {
      field.value = "";
      filter();
    }
  });
  // What goes to paper is the whole policy.
  addEventListener("beforeprint", () => {
    field.value = "";
    filter();
  });
})();
