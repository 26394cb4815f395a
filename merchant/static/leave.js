// Out of the bank's frame, to the order.
window.top.location.replace(document.getElementById("leave").href);
