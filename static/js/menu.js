// Menus and the phone's drawer are popovers, so they open without this; here they get their place and their keys.

const GAP = 6;
const EDGE = 8;

function place(menu, button) {
  const from = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = from.bottom + GAP + height <= innerHeight - EDGE;
  const top = below ? from.bottom + GAP : Math.max(EDGE, from.top - GAP - height);
  const wanted = from.left + from.right < innerWidth ? from.left : from.right - width;
  const left = Math.min(wanted, innerWidth - EDGE - width);
  menu.style.top = `${top}px`;
  menu.style.left = `${Math.max(EDGE, left)}px`;
  menu.classList.add("is-placed");
}

const itemsOf = (menu) => [...menu.querySelectorAll('[role="menuitem"]')];
const buttonOf = (menu) => document.querySelector(`[popovertarget="${menu.id}"]`);

function moveFocus(menu, key) {
  const items = itemsOf(menu);
  const at = items.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at < 0 ? items.length - 1 : at - 1, Home: 0, End: items.length - 1 }[key];
  items[(next + items.length) % items.length]?.focus();
}

document.addEventListener(
  "toggle",
  (event) => {
    const menu = event.target;
    if (!menu.matches?.("[data-menu], [data-drawer]")) return;
    const button = buttonOf(menu);
    const open = event.newState === "open";
    button?.setAttribute("aria-expanded", String(open));
    if (!open) return;
    if (menu.matches("[data-menu]") && button) {
      place(menu, button);
      if (!menu.contains(document.activeElement)) (itemsOf(menu)[0] ?? menu.querySelector("input"))?.focus();
    } else {
      menu.querySelector("a, button")?.focus();
    }
  },
  true,
);

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("[data-menu]");
  if (menu && ["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) {
    event.preventDefault();
    moveFocus(menu, event.key);
  }
  const button = event.target.closest?.('[aria-haspopup="menu"][popovertarget]');
  if (button && !menu && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    event.preventDefault();
    const menu = document.getElementById(button.getAttribute("popovertarget"));
    // Open already, but the event that moves the focus into it is still to come: quick keys mean the same as slow ones.
    if (menu.matches(":popover-open")) itemsOf(menu)[0]?.focus();
    else menu.showPopover();
    moveFocus(menu, event.key);
  }
});

// Nothing with focus may hide behind an open menu or drawer.
document.addEventListener("focusout", (event) => {
  const menu = event.target.closest?.("[data-menu]:popover-open, [data-drawer]:popover-open");
  if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.hidePopover();
});

document.addEventListener("click", (event) => {
  const item = event.target.closest?.('[data-menu] [role="menuitem"]');
  item?.closest("[data-menu]").hidePopover();
});

for (const kind of ["scroll", "resize"]) {
  addEventListener(kind, () => document.querySelector("[data-menu]:popover-open")?.hidePopover(), { passive: true });
}
