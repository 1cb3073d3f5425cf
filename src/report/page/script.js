"use strict";
document.documentElement.classList.add("js");
for (const box of document.querySelectorAll("input.filter")) {
	const rows = document.getElementById(box.dataset.table).tBodies[0].rows;
	const text = [];
	box.addEventListener("input", () => {
		const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
		for (let i = 0; i < rows.length; i++) {
			text[i] ??= rows[i].textContent.toLowerCase();
			rows[i].hidden = !words.every((w) => text[i].includes(w));
		}
	});
}
