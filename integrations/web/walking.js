// A person on the ground of the scene: cells in which one can stand, walls where there are none.

const STEP = 0.4; // metres that a person steps up or down, as where the cells were found
const METRES_PER_SECOND = 1.6;

export class Ground {
  // {cell, eye, row, column, rows, columns, heights}: heights in centimetres (base64 of int16, y down, -32768: nobody can
  // stand), rows along the scene's +z from `row` cells after the start's, columns along +x.
  constructor(walk) {
    Object.assign(this, walk);
    const bytes = Uint8Array.from(atob(walk.heights), (letter) => letter.charCodeAt(0));
    this.heights = new Int16Array(bytes.buffer);
  }

  // The ground's height (metres, y up) under x and z of the page's world, relative to the start's eye; null: a wall.
  height(x, z) {
    const column = Math.round(x / this.cell) - this.column, row = Math.round(-z / this.cell) - this.row;
    if (column < 0 || row < 0 || column >= this.columns || row >= this.rows) return null;
    const height = this.heights[row * this.columns + column];
    return height === -32768 ? null : -height / 100;
  }

  // The same between the middles of cells, so that stairs are a slope for the eye.
  smooth(x, z) {
    const here = this.height(x, z);
    if (here === null) return null;
    const u = x / this.cell, v = z / this.cell, left = Math.floor(u), near = Math.floor(v);
    let sum = 0, weight = 0;
    for (const [du, dv] of [[0, 0], [1, 0], [0, 1], [1, 1]]) {
      const height = this.height((left + du) * this.cell, (near + dv) * this.cell);
      if (height === null || Math.abs(height - here) > STEP) continue;
      const share = (du ? u - left : 1 - u + left) * (dv ? v - near : 1 - v + near) + 1e-6;
      sum += share * height;
      weight += share;
    }
    return sum / weight;
  }
}

export class Walker {
  constructor(start, ground) {
    this.start = start;
    this.ground = ground;
    this.position = [...start];
    this.yaw = 0; // degrees, to the left
    this.pitch = 0; // degrees, up
  }

  look(yaw, pitch) {
    this.yaw = yaw;
    this.pitch = Math.max(-89, Math.min(89, pitch));
  }

  // A step of so many metres along the page's x and z. Into a wall: along it. Returns whether one came anywhere.
  move(dx, dz) {
    const [x, , z] = this.position;
    if (!this.ground) {
      this.position[0] += dx;
      this.position[2] += dz;
      return true;
    }
    // No longer than half of a cell at once, or one would walk through thin walls.
    const parts = Math.max(1, Math.ceil(Math.hypot(dx, dz) / (this.ground.cell / 2)));
    for (let part = 0; part < parts; part++) {
      for (const [a, b] of [[dx, dz], [dx, 0], [0, dz]]) if (this.#to(a / parts, b / parts)) break;
    }
    return this.position[0] !== x || this.position[2] !== z;
  }

  #to(dx, dz) {
    if (dx === 0 && dz === 0) return false;
    const [sx, sy, sz] = this.start, [x, , z] = this.position;
    const from = this.ground.height(x - sx, z - sz), to = this.ground.height(x + dx - sx, z + dz - sz);
    if (to === null || (from !== null && Math.abs(to - from) > STEP)) return false;
    this.position[0] = x + dx;
    this.position[2] = z + dz;
    this.position[1] = sy + this.ground.smooth(x + dx - sx, z + dz - sz) + this.ground.eye;
    return true;
  }

  // To a place on the ground, if one can stand there (for teleporting). Returns whether one can.
  stand(x, z) {
    const height = this.ground ? this.ground.height(x - this.start[0], z - this.start[2]) : -1.6;
    if (height === null) return false;
    this.position = [x, this.start[1] + (this.ground ? height + this.ground.eye : 0), z];
    return true;
  }

  walk(ahead, aside, seconds, fast = false) {
    const length = Math.hypot(ahead, aside);
    if (length === 0) return;
    const metres = METRES_PER_SECOND * (fast ? 2.5 : 1) * seconds * Math.min(1, length) / length;
    const yaw = this.yaw * Math.PI / 180;
    this.move(
      metres * (aside * Math.cos(yaw) - ahead * Math.sin(yaw)),
      -metres * (ahead * Math.cos(yaw) + aside * Math.sin(yaw)),
    );
  }
}
