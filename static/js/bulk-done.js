// The action is under way: the list starts with nothing selected.
sessionStorage.removeItem("novi-selected");
