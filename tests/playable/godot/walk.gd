extends SceneTree
# Godot 3 builds the level that was exported, lets the player fall, walk ahead and turn, and says what came of it.


func _initialize():
	var place = Spatial.new()
	place.set_script(load("res://lucid3d/lucid3d_scene.gd"))
	place.folder = "res://level"
	get_root().add_child(place)
	var found = {"StaticBody": 0, "ConvexPolygonShape": 0, "ConcavePolygonShape": 0, "NavigationMeshInstance": 0}
	_count(place, found)
	for kind in found:
		_say(kind, found[kind])
	_say("objects", place.objects().size())
	_say("names", _named(place, place.objects()))
	var player = place.get_node("Player")
	yield(_frames(90), "completed")
	_say("landed", player.is_on_floor())
	_say("stands", _numbers(player.global_transform.origin))
	for turn in range(4):
		player.wish = Vector2(0, 1)
		yield(_frames(240), "completed")
		_say("walked", _numbers(player.global_transform.origin))
		player.rotate_y(PI / 2)
	var navigation = place.get_node("Navigation")
	var from = player.global_transform.origin
	var first = place.spawns()[0]["position"]
	var path = navigation.get_simple_path(from, Vector3(first[0], first[1], first[2]))
	_say("path", path.size())
	if path.size() > 0:
		_say("arrives", _numbers(path[path.size() - 1]))
	quit()


func _frames(count):
	for _i in range(count):
		yield(self, "physics_frame")


func _count(node, found):
	for child in node.get_children():
		_count(child, found)
		if child is StaticBody:
			found["StaticBody"] += 1
		elif child is NavigationMeshInstance:
			found["NavigationMeshInstance"] += 1
		elif child is CollisionShape and child.shape.get_class() in found:
			found[child.shape.get_class()] += 1


# How many objects have a node of their name.
func _named(place, objects):
	var count = 0
	for thing in objects:
		if place.find_node(thing["name"], true, false) != null:
			count += 1
	return count


func _numbers(v):
	return "%.3f %.3f %.3f" % [v.x, v.y, v.z]


func _say(name, value):
	print("lucid3d ", name, "=", value)
