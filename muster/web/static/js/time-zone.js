// Chooses the browser's own time zone in a select, unless somebody has chosen already.

const select = document.getElementById("id_time_zone");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (select?.value === "UTC" && [...select.options].some((option) => option.value === zone)) select.value = zone;
