/* Swagger's interface over our own OpenAPI document. */
(function () {
  "use strict";

  const place = document.getElementById("documentation");
  SwaggerUIBundle({
    url: place.dataset.schema,
    dom_id: "#documentation",
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    docExpansion: "list",
    defaultModelsExpandDepth: -1,
    tagsSorter: "alpha",
    validatorUrl: null,
    requestInterceptor: function (request) {
      if (!request.headers.Authorization && request.method && request.method !== "GET") {
        request.headers["X-CSRFToken"] = place.dataset.csrf;
      }
      return request;
    },
  });
})();
