// Shows the description of the API, ready to try out. validatorUrl: the page asks nobody else;
// persistAuthorization: a key is forgotten when the page is closed.
window.addEventListener("load", () => {
  SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#api",
    deepLinking: true,
    displayRequestDuration: true,
    persistAuthorization: false,
    tryItOutEnabled: true,
    validatorUrl: null,
  });
});
