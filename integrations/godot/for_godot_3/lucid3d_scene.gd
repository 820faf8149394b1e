tool
extends Spatial
# Shows a folder that lucid3d wrote, in Godot 3: sky, mesh, bodies, navigation and a player to walk with.
#
# Copy the exported folder into the project, and this script and lucid3d_player.gd to res://lucid3d; add a Spatial,
# attach this script and set folder.

# Where the exported folder lies, such as res://lake/godot
export(String, DIR) var folder = "" setget set_folder

# Put a player at the first spawn point when the game runs.
export var player = true


func set_folder(value):
	folder = value
	if is_inside_tree():
		rebuild()


func _ready():
	rebuild()


# Make the children anew from folder.
func rebuild():
	for child in get_children():
		if child.has_meta("lucid3d"):
			remove_child(child)
			child.queue_free()
	if folder == "":
		return
	_add(_sky())
	_add(_model("mesh.glb"))
	var game = _model("playable.glb")
	if game == null:
		return
	# a Navigation above the NavigationMeshInstance answers get_simple_path
	var navigation = Navigation.new()
	navigation.name = "Navigation"
	navigation.add_child(game)
	_add(navigation)
	if player and not Engine.editor_hint:
		_add(_player())


# The things of the place: label, kind, position, front, size, box; see docs/playable.md.
func objects():
	return _described().get("objects", [])


# Where one can begin: position and front.
func spawns():
	return _described().get("spawns", [])


func _described():
	var file = File.new()
	if file.open(folder.plus_file("scene.objects.json"), File.READ) != OK:
		return {}
	var parsed = JSON.parse(file.get_as_text())
	file.close()
	return parsed.result if parsed.error == OK else {}


func _add(node):
	if node != null:
		node.set_meta("lucid3d", true)
		add_child(node)


func _model(name):
	var path = folder.plus_file(name)
	if not ResourceLoader.exists(path):
		return null
	return load(path).instance()


func _sky():
	var path = folder.plus_file("skybox/panorama.hdr")
	if not ResourceLoader.exists(path):
		return null
	var sky = PanoramaSky.new()
	sky.panorama = load(path)
	var environment = Environment.new()
	environment.background_mode = Environment.BG_SKY
	environment.background_sky = sky
	var world = WorldEnvironment.new()
	world.environment = environment
	return world


func _player():
	var body = KinematicBody.new()
	body.set_script(load(get_script().resource_path.get_base_dir().plus_file("lucid3d_player.gd")))
	body.setup(_described().get("walker", {}))
	var first = spawns()
	if first.size() > 0:
		var at = first[0]["position"]
		var front = first[0]["front"]
		body.translation = Vector3(at[0], at[1] + 0.05, at[2])
		body.rotation.y = atan2(-front[0], -front[2])
	return body
