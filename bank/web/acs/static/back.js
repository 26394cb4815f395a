// What the button does, at once.
document.getElementById("back").submit();
