// What a screen reader would stumble over in Django's own forms, until Django mends it.
addEventListener("load", () => {
  for (const empty of document.querySelectorAll("th:empty")) empty.role = "cell";
  for (const icon of document.querySelectorAll(".search-label-icon")) icon.role = "img";
});
