"use strict";
// In a file of its own, for the page's security policy lets no script be written into it.
const place = document.getElementById("operations");
SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  deepLinking: true,
  validatorUrl: null, // else a validator on the internet would be told the document's address
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
});
