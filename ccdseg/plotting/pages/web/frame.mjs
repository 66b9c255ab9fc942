// Joins the models of a frame's page: layers, contrast, the chosen event, the selected range.

const REACH = 12 // screen pixels from an event's centre within which a click means it

const DARKEST = 0.02 // share of the pixels of a cut-out that are black

const element = (id) => document.getElementById(id)

function text(value, error) {
  if (typeof value === "string") return value
  if (!Number.isFinite(value)) return "–"
  if (Number.isInteger(value)) return `${value}`
  const digits = Number.isFinite(error) && error > 0 ? 2 + Math.ceil(Math.log10(Math.abs(value) / error)) : 4
  const shown = `${Number(value.toPrecision(Math.min(Math.max(digits, 3), 8)))}`
  return Number.isFinite(error) ? `${shown} ± ${Number(error.toPrecision(2))}` : shown
}

function inside(columns, rows, x, y) {
  let within = false
  for (let i = 1; i < columns.length; i++) {
    const [x0, y0, x1, y1] = [columns[i - 1], rows[i - 1], columns[i], rows[i]]
    if (y0 > y !== y1 > y && x < x0 + ((y - y0) / (y1 - y0)) * (x1 - x0)) within = !within
  }
  return within
}

function connectLayers({layers, marks}) {
  for (const box of document.querySelectorAll("[data-layer]")) {
    const models = box.dataset.layer === "events" ? marks : [layers[box.dataset.layer]]
    const apply = () => models.forEach((model) => (model.visible = box.checked))
    box.addEventListener("change", apply)
    apply() // a browser keeps the state of a box when a page is loaded again
  }
}

function connectColours({layers, marks, own_colours, colours, palettes, particles}) {
  const box = element("safe-colours")
  box.parentElement.hidden = JSON.stringify(colours.safe) === JSON.stringify(colours.usual)
  const apply = () => {
    const kind = box.checked ? "safe" : "usual"
    for (const [name, colour] of Object.entries(colours[kind])) {
      if (name in layers) layers[name].glyph.color_mapper.palette = [colour]
      document.querySelectorAll(`[data-class="${name}"]`).forEach((swatch) => (swatch.style.background = colour))
    }
    if (own_colours) own_colours.palette = palettes[kind]
    for (const glyph of marks.length ? [marks[0].glyph, marks[0].nonselection_glyph] : []) {
      glyph.line_color = {value: colours[kind][particles]}
    }
  }
  box.addEventListener("change", apply)
  apply()
}

function connectPosition({plot, picture, signal}) {
  const levels = picture.data.image[0]
  const [height, width] = levels.shape
  const [x0, y0, dw, dh] = ["x", "y", "dw", "dh"].map((name) => picture.data[name][0])
  plot.on_event("mousemove", ({x, y}) => {
    const [row, column] = [Math.floor(((y - y0) / dh) * height), Math.floor(((x - x0) / dw) * width)]
    const known = row >= 0 && row < height && column >= 0 && column < width
    element("position").textContent = known
      ? `column ${Math.round(x)}, row ${Math.round(y)}: ${signal.compute(levels[row * width + column])} ${element("position").dataset.unit}`
      : ""
  })
}

function pooled(array, [up, across]) {
  const [height, width] = array.shape
  const shape = [Math.ceil(height / up), Math.ceil(width / across)]
  const greatest = new array.constructor(shape[0] * shape[1], shape)
  if (array.constructor.name.startsWith("Int")) greatest.fill(-32768)
  for (let row = 0, i = 0; row < height; row++) {
    const start = Math.floor(row / up) * shape[1]
    for (let column = 0; column < width; column++, i++) {
      const place = start + Math.floor(column / across)
      if (array[i] > greatest[place]) greatest[place] = array[i]
    }
  }
  return greatest
}

// A browser that draws fewer pixels than the picture has leaves some out, and with them lines of one
// pixel: zoomed out, each pixel is the greatest of those that it stands for.
function connectResolution({plot, images}) {
  const whole = images.map((source) => source.data)
  const [height, width] = whole[0].image[0].shape
  const [up, across] = [whole[0].dh[0] / height, whole[0].dw[0] / width]
  let shown = "1,1"
  const needed = (range, length, room) =>
    Math.max(Math.ceil(Math.abs(range.end - range.start) / length / (room * window.devicePixelRatio) - 0.05), 1)
  const apply = () => {
    const size = [needed(plot.y_range, up, plot.inner_height), needed(plot.x_range, across, plot.inner_width)]
    if (!size.every(Number.isFinite) || `${size}` === shown) return
    shown = `${size}`
    images.forEach((source, i) => {
      const array = shown === "1,1" ? whole[i].image[0] : pooled(whole[i].image[0], size)
      const [dh, dw] = [array.shape[0] * size[0] * up, array.shape[1] * size[1] * across]
      source.data = {...whole[i], image: [array], dw: [dw], dh: [dh]}
    })
  }
  const ranges = [plot.x_range, plot.y_range].flatMap(({properties}) => [properties.start, properties.end])
  for (const property of [...ranges, plot.properties.inner_width, plot.properties.inner_height]) {
    property.change.connect(apply)
  }
  apply()
}

function unpack(levels, classes, place, scale) {
  const {start, height, width, zero, step} = place
  const signal = new Float32Array(height * width)
  const own = new Uint8Array(height * width)
  for (let i = 0; i < signal.length; i++) {
    const level = levels[start + i]
    own[i] = classes[start + i]
    signal[i] = level === 65535 ? NaN : scale.levels * Math.asinh((zero + step * level - scale.black) / scale.knee)
  }
  const sorted = signal.filter(Number.isFinite).sort()
  const [low, high] = [sorted[Math.floor(DARKEST * sorted.length)] ?? 0, sorted.at(-1) ?? 1]
  return {signal, own, low, high: Math.max(high, low + scale.levels / 4)}
}

function showPixels(number, {events, atlas, cutout, cutout_mask, pixels, grey, scale}) {
  const names = ["start", "height", "width", "row", "column", "block", "zero", "step"]
  const place = Object.fromEntries(names.map((name) => [name, events.get_column(`cutout_${name}`)[number]]))
  cutout.visible = cutout_mask.visible = place.start >= 0
  element("no-cutout").hidden = place.start >= 0
  if (place.start < 0) return
  const {signal, own, low, high} = unpack(atlas.get_column("levels"), atlas.get_column("classes"), place, scale)
  const [Signal, Classes] = [pixels.data.signal[0], pixels.data.classes[0]].map((array) => array.constructor)
  const shape = [place.height, place.width]
  Object.assign(grey, {low, high})
  pixels.data = {
    signal: [new Signal(signal, shape)],
    classes: [new Classes(own, shape)],
    x: [place.column - 0.5],
    y: [place.row - 0.5],
    dw: [place.width * place.block],
    dh: [place.height * place.block],
  }
  cutout.title.text = place.block > 1 ? `signal, brightest of ${place.block}×${place.block} px` : "signal"
}

function showFacts(number, {events, told, bars, probabilities}) {
  const value = (name) => events.get_column(name)[number]
  const list = element("event-facts")
  list.replaceChildren()
  for (const {name, words, unit, error, about} of told) {
    const [pair, term, definition] = ["div", "dt", "dd"].map((tag) => document.createElement(tag))
    term.textContent = words
    term.title = about
    definition.textContent = `${text(value(name), error ? value(error) : undefined)} ${unit}`
    pair.append(term, definition)
    list.append(pair)
  }
  const flags = value("flags")
  const has = (name) => events.columns().includes(name)
  const sure = has("probability") ? `, ${(100 * value("probability")).toFixed(1)} %` : ""
  const verdict = has("particle") ? `: ${value("particle")}${sure}` : ""
  const energy = has("energy") ? `, ${text(value("energy"), value("energy_error"))} keV` : ""
  element("event-title").textContent = `Event ${value("id")}${verdict}${energy}${flags ? ` (${flags})` : ""}`
  if (bars) bars.data = {...bars.data, probability: probabilities.map(value)}
}

function bringIntoView(number, {events, plot}) {
  for (const [range, name] of [[plot.x_range, "column"], [plot.y_range, "row"]]) {
    const place = events.get_column(name)[number]
    const [low, high] = [Math.min(range.start, range.end), Math.max(range.start, range.end)]
    if (place < low || place > high) moveTo(range, place, high - low)
  }
}

function moveTo(range, centre, length) {
  const [start, end] = [centre - length / 2, centre + length / 2]
  range.have_updated_interactively = true
  range.setv(range.start < range.end ? {start, end} : {start: end, end: start})
}

function zoomTo(number, {events, plot}) {
  const edges = (axis) => ["min", "max"].map((end) => events.get_column(`${axis}_${end}`)[number])
  const [[top, bottom], [left, right]] = [edges("row"), edges("column")]
  const scale = plot.inner_height / plot.inner_width
  const width = Math.max(1.6 * (right - left), (1.6 * (bottom - top)) / scale, 60)
  moveTo(plot.x_range, (left + right) / 2, width)
  moveTo(plot.y_range, (top + bottom) / 2, width * scale)
}

function eventAt(x, y, {events, shown, plot}) {
  const [columns, rows, size] = ["outline_columns", "outline_rows", "n_pixels"].map((name) => events.get_column(name))
  const hit = shown.indices.filter((i) => inside(columns[i], rows[i], x, y))
  if (hit.length) return hit.reduce((best, i) => (size[i] < size[best] ? i : best))
  const across = Math.abs(plot.x_range.end - plot.x_range.start) / plot.inner_width
  const up = Math.abs(plot.y_range.end - plot.y_range.start) / plot.inner_height
  const [centres, heights] = [events.get_column("column"), events.get_column("row")]
  const distance = (i) => Math.hypot((centres[i] - x) / across, (heights[i] - y) / up)
  const near = shown.indices.filter((i) => distance(i) < REACH)
  return near.length ? near.reduce((best, i) => (distance(i) < distance(best) ? i : best)) : null
}

function connectRange(models) {
  const {events, shown, spectrum, selected_range, quantity} = models
  const [low, high] = [element("range-low"), element("range-high")]
  const values = events.get_column(quantity)
  const apply = () => {
    const [from, to] = [low, high].map((input) => (input.value === "" ? NaN : Number(input.value)))
    const all = Array.from(values, (_, i) => i)
    shown.indices = all.filter((i) => !(values[i] < from) && !(values[i] > to) && (Number.isFinite(values[i]) || (isNaN(from) && isNaN(to))))
    selected_range.visible = !(isNaN(from) && isNaN(to))
    Object.assign(selected_range, {left: isNaN(from) ? spectrum.x_range.start : from, right: isNaN(to) ? spectrum.x_range.end : to})
    element("count").textContent = `${shown.indices.length} of ${all.length} events`
  }
  low.addEventListener("change", apply)
  high.addEventListener("change", apply)
  element("range-all").addEventListener("click", () => {
    low.value = high.value = ""
    apply()
  })
  spectrum.on_event("selectiongeometry", ({geometry, final}) => {
    if (!final) return
    low.value = Number(Math.min(geometry.x0, geometry.x1).toPrecision(4))
    high.value = Number(Math.max(geometry.x0, geometry.x1).toPrecision(4))
    apply()
  })
  apply()
}

function connectKeys(step, zoom) {
  const steps = {j: 1, ArrowDown: 1, k: -1, ArrowUp: -1}
  document.addEventListener(
    "keydown",
    (event) => {
      const target = event.composedPath()[0]
      const elsewhere = target.matches?.("input[type=number], select, textarea, [role=slider]")
      if (elsewhere || event.ctrlKey || event.altKey || event.metaKey) return
      if (event.key in steps) step(steps[event.key])
      else if (event.key === "z") zoom()
      else return
      event.preventDefault()
      event.stopPropagation()
    },
    {capture: true},
  )
  element("next").addEventListener("click", () => step(1))
  element("previous").addEventListener("click", () => step(-1))
  element("zoom").addEventListener("click", zoom)
}

function connectEvents(models, index) {
  const {events, table, plot, chosen_line, quantity} = models
  const chosen = () => events.selected.indices[0]
  const choose = (number) => (events.selected.indices = [number])
  const show = () => {
    const number = chosen()
    element("event").classList.toggle("empty", number === undefined)
    chosen_line.visible = number !== undefined
    if (number === undefined) return
    showPixels(number, models)
    showFacts(number, models)
    bringIntoView(number, models)
    chosen_line.location = events.get_column(quantity)[number]
  }
  const step = (by) => {
    const order = index.get(table).data.index // as the table is sorted
    if (!order.length) return
    const at = order.indexOf(chosen())
    choose(order[at < 0 ? 0 : Math.min(Math.max(at + by, 0), order.length - 1)])
  }
  events.selected.properties.indices.change.connect(show)
  plot.on_event("tap", ({x, y}) => {
    const number = eventAt(x, y, models)
    if (number !== null) choose(number)
  })
  connectKeys(step, () => chosen() !== undefined && zoomTo(chosen(), models))
  connectRange(models)
  if (events.get_length()) choose(models.first)
}

export default (models, _document, _data, {index}) => {
  connectLayers(models)
  connectColours(models)
  connectPosition(models)
  connectResolution(models)
  if (models.events) connectEvents(models, index)
  document.body.dataset.ready = "true"
}
