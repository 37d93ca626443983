// Runs before anything is shown: a page that has to be translated first is not shown in English for a moment.
{
  const asked = new URLSearchParams(location.search).get("lang");
  const languages = asked === null ? navigator.languages : [asked, ...navigator.languages];
  const known = languages
    .map((language) => language.slice(0, 2).toLowerCase())
    .find((name) => /^(?:en|zh)$/.test(name));
  const root = document.documentElement;
  root.lang = known === "zh" ? "zh-CN" : "en";
  root.classList.toggle("untranslated", known === "zh");
}
