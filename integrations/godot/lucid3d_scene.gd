@tool
class_name Lucid3DScene
extends Node3D
## Shows a folder that lucid3d wrote: sky, mesh, bodies, a navigation mesh and a player.
##
## Written by lucid3d export <scene> --to godot. Copy the exported folder into the project, add a
## Node3D, attach this script and set [member folder]. Godot 4.2 or later.

## Of scene.objects.json, the newest that these scripts know.
const FORMAT := 1

## Where the exported folder lies, such as res://lake/godot
@export_dir var folder := "":
	set(value):
		folder = value
		if is_inside_tree():
			rebuild()

## Light the scene with the panorama.
@export var ambient_light := true

## Make floor, walls and things StaticBody3Ds, and where one can walk a NavigationRegion3D.
@export var collision := true

## Put a player at the first spawn point when the game runs.
@export var player := true


func _ready() -> void:
	rebuild()


## Make the children anew from [member folder].
func rebuild() -> void:
	for child in get_children():
		if child.has_meta("lucid3d"):
			remove_child(child)
			child.queue_free()
	if folder.is_empty():
		return
	_add(_environment())
	_add(_model("mesh.glb"))
	if collision:
		# the importer has made bodies and a NavigationRegion3D of it, by its nodes' names
		var game := _model("playable.glb")
		_add(game if game != null else _ground())
	if player and not Engine.is_editor_hint():
		_add(_player())


## The things of the place: label, kind, position, front, size, box; see docs/playable.md.
func objects() -> Array:
	return _described().get("objects", [])


## Where one can begin: position and front.
func spawns() -> Array:
	return _described().get("spawns", [])


func _described() -> Dictionary:
	var text := FileAccess.get_file_as_string(folder.path_join("scene.objects.json"))
	var parsed: Variant = JSON.parse_string(text) if not text.is_empty() else null
	if not parsed is Dictionary:
		return {}
	var format := int(parsed.get("format", FORMAT))
	if format > FORMAT:
		var told := "scene.objects.json has format %d, these scripts know %d: take those of the same export"
		push_error(told % [format, FORMAT])
		return {}
	return parsed


func _player() -> CharacterBody3D:
	var beginnings := spawns()
	if beginnings.is_empty():
		return null
	var body := Lucid3DPlayer.new()
	body.setup(_described().get("walker", {}))
	var at: Array = beginnings[0]["position"]
	var front: Array = beginnings[0]["front"]
	body.position = Vector3(at[0], at[1] + 0.05, at[2])
	body.rotation.y = atan2(-float(front[0]), -float(front[2]))
	return body


func _add(node: Node) -> void:
	if node != null:
		node.set_meta("lucid3d", true)
		add_child(node)


func _environment() -> WorldEnvironment:
	# The picture is already turned: its left and right edge lie at Godot's forward, -Z.
	var picture: Texture2D = null
	for name in ["panorama.hdr", "panorama.exr", "panorama.png"]:
		var path := folder.path_join("skybox").path_join(name)
		if ResourceLoader.exists(path):
			picture = load(path)
			break
	if picture == null:
		push_error("lucid3d: %s/skybox has no panorama" % folder)
		return null
	var material := PanoramaSkyMaterial.new()
	material.panorama = picture
	var sky := Sky.new()
	sky.sky_material = material
	var environment := Environment.new()
	environment.background_mode = Environment.BG_SKY
	environment.sky = sky
	environment.tonemap_mode = Environment.TONE_MAPPER_LINEAR
	if ambient_light:
		environment.ambient_light_source = Environment.AMBIENT_SOURCE_SKY
		environment.reflected_light_source = Environment.REFLECTION_SOURCE_SKY
	var world := WorldEnvironment.new()
	world.name = "Sky"
	world.environment = environment
	return world


func _model(file: String) -> Node3D:
	var path := folder.path_join(file)
	if not ResourceLoader.exists(path):
		return null
	var packed: PackedScene = load(path)
	return packed.instantiate() as Node3D


func _ground() -> StaticBody3D:
	var model := _model("collision.glb")
	if model == null:
		return null
	var body := StaticBody3D.new()
	body.name = "Ground"
	var pending: Array[Node] = [model]
	while not pending.is_empty():
		var node: Node = pending.pop_back()
		pending.append_array(node.get_children())
		if node is MeshInstance3D:
			var shape := CollisionShape3D.new()
			shape.shape = (node as MeshInstance3D).mesh.create_trimesh_shape()
			body.add_child(shape)
	model.queue_free()
	return body
