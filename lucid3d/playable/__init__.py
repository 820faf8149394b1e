"""What a game needs of a scene beside its picture: where one can walk and begin, what is solid, and which things stand
where. `target` writes it; `assembly` puts it together from a scene.
"""
