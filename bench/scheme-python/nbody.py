from math import sqrt


class Body:
    __slots__ = ("x", "y", "z", "vx", "vy", "vz", "mass")

    def __init__(self, x, y, z, vx, vy, vz, mass):
        self.x = x
        self.y = y
        self.z = z
        self.vx = vx
        self.vy = vy
        self.vz = vz
        self.mass = mass


bodies = [
    Body(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 39.47841760435743),
    Body(4.84143144246472090, -1.16032004402742839, -0.10362204447112311,
         0.606326392995832, 2.81198684491626, -0.02521836165988763, 0.03769367487038949),
    Body(8.34336671824457987, 4.12479856412430479, -0.40352341711438214,
         -1.01077434617879236, 1.82566237123041186, 0.00841576137658415, 0.01128632613196877),
]
count = len(bodies)


def advance(dt):
    for i in range(count):
        a = bodies[i]
        for j in range(i + 1, count):
            b = bodies[j]
            dx = a.x - b.x
            dy = a.y - b.y
            dz = a.z - b.z
            distance = dx * dx + dy * dy + dz * dz
            size = dt / (distance * sqrt(distance))
            a.vx = a.vx - dx * b.mass * size
            a.vy = a.vy - dy * b.mass * size
            a.vz = a.vz - dz * b.mass * size
            b.vx = b.vx + dx * a.mass * size
            b.vy = b.vy + dy * a.mass * size
            b.vz = b.vz + dz * a.mass * size
    for i in range(count):
        a = bodies[i]
        a.x = a.x + dt * a.vx
        a.y = a.y + dt * a.vy
        a.z = a.z + dt * a.vz


for i in range(60000):
    advance(0.01)
print(float(round(1e6 * bodies[1].x)))
