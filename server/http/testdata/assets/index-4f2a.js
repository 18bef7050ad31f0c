document.title = "made by a script, made by a script, made by a script, made by a script";
