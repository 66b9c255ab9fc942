// Tells that the table of the run is there.

export default () => {
  document.body.dataset.ready = "true"
}
