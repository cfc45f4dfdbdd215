// What will happen to many orders is shown for what was typed then: once that is changed, it is looked at anew.
"use strict";

(() => {
  const form = document.querySelector("[data-plan]");
  const foreseen = document.querySelector("[data-foreseen]");
  if (!form || !foreseen) return;
  const outdated = () => {
    foreseen.hidden = true;
    form.querySelector("button").classList.add("primary");
  };
  form.addEventListener("input", outdated);
  form.addEventListener("change", outdated);
})();
