extends KinematicBody
# Somebody who walks: arrow keys, mouse to look, Escape lets the mouse go. For Godot 3.

const GRAVITY = 9.8

# Metres a second.
export var speed = 2.5

var velocity = Vector3()
var head = Camera.new()
# What is walked by where no key is pressed: right and ahead, -1 to 1.
var wish = Vector2()


# Take the size of the walker of scene.objects.json.
func setup(walker):
	name = "Player"
	var height = walker.get("height", 1.7)
	var radius = walker.get("radius", 0.2)
	var capsule = CapsuleShape.new()
	capsule.radius = radius
	capsule.height = height - 2 * radius
	var shape = CollisionShape.new()
	shape.shape = capsule
	# Godot 3's capsules lie along z
	shape.rotation_degrees.x = 90
	shape.translation.y = height / 2
	add_child(shape)
	head.translation.y = walker.get("eye", 1.6)
	add_child(head)


func _ready():
	head.current = true
	Input.set_mouse_mode(Input.MOUSE_MODE_CAPTURED)


func _unhandled_input(event):
	if event is InputEventMouseMotion and Input.get_mouse_mode() == Input.MOUSE_MODE_CAPTURED:
		rotate_y(-event.relative.x * 0.003)
		head.rotation.x = clamp(head.rotation.x - event.relative.y * 0.003, -1.4, 1.4)
	elif event.is_action_pressed("ui_cancel"):
		Input.set_mouse_mode(Input.MOUSE_MODE_VISIBLE)


func _physics_process(delta):
	var right = Input.get_action_strength("ui_right") - Input.get_action_strength("ui_left") + wish.x
	var ahead = Input.get_action_strength("ui_up") - Input.get_action_strength("ui_down") + wish.y
	var way = global_transform.basis.x * right - global_transform.basis.z * ahead
	way.y = 0
	way = way.normalized() * speed
	velocity = Vector3(way.x, velocity.y - GRAVITY * delta, way.z)
	velocity = move_and_slide_with_snap(velocity, Vector3.DOWN * 0.3, Vector3.UP, true, 4, deg2rad(46))
