// Frameworks may set properties before the element is registered.
document.querySelector("handful-camera").texts = { start: "On" };
