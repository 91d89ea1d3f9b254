// On a phone the tabs scroll: the one that is shown is brought into view.
for (const tab of document.querySelectorAll(".tabs > [aria-current]")) {
  const row = tab.parentElement;
  const [own, whole] = [tab.getBoundingClientRect(), row.getBoundingClientRect()];
  row.scrollLeft = own.left + own.width / 2 - whole.left - whole.width / 2;
}
