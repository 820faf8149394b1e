class_name Lucid3DPlayer
extends CharacterBody3D
## Somebody who walks: arrow keys, mouse to look, Escape lets the mouse go.

## Metres a second.
@export var speed := 2.5

var head := Camera3D.new()
## What is walked by where no key is pressed: right and ahead, -1 to 1.
var wish := Vector2.ZERO


## Take the size of the walker of scene.objects.json.
func setup(walker: Dictionary) -> void:
	name = "Player"
	var capsule := CapsuleShape3D.new()
	capsule.radius = walker.get("radius", 0.2)
	capsule.height = walker.get("height", 1.7)
	var shape := CollisionShape3D.new()
	shape.shape = capsule
	shape.position.y = capsule.height / 2.0
	add_child(shape)
	head.position.y = walker.get("eye", 1.6)
	add_child(head)
	floor_max_angle = deg_to_rad(46.0)
	floor_snap_length = 0.3


func _ready() -> void:
	head.make_current()
	Input.mouse_mode = Input.MOUSE_MODE_CAPTURED


func _unhandled_input(event: InputEvent) -> void:
	if event is InputEventMouseMotion and Input.mouse_mode == Input.MOUSE_MODE_CAPTURED:
		var moved: Vector2 = (event as InputEventMouseMotion).relative
		rotate_y(-moved.x * 0.003)
		head.rotation.x = clampf(head.rotation.x - moved.y * 0.003, -1.4, 1.4)
	elif event.is_action_pressed("ui_cancel"):
		Input.mouse_mode = Input.MOUSE_MODE_VISIBLE


func _physics_process(delta: float) -> void:
	var keys := Input.get_vector("ui_left", "ui_right", "ui_down", "ui_up") + wish
	var way := global_basis.x * keys.x - global_basis.z * keys.y
	way.y = 0.0
	way = way.normalized() * speed
	velocity = Vector3(way.x, velocity.y - 9.8 * delta, way.z)
	move_and_slide()
