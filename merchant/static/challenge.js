// What the button does that is there without a script.
document.getElementById("frame-form").submit();
