"""Wishes of a Chinese sentence: number, measure word, attributes, noun, and then where ("桌子上有一只猫")."""

from __future__ import annotations

from lucid3d.procedural.language.collector import Collector
from lucid3d.procedural.language.wish import Relation, Wish

_WHERE_WORDS = {
    "left": "左边 左邊 左侧 左側 左面 左", "right": "右边 右邊 右侧 右側 右面 右",
    "in front of": "前面 前方 前边 前邊 之前 门前 前",
    "behind": "后面 後面 后方 後方 后边 後邊 背后 背後 后 後", "beside": "旁边 旁邊 旁 边上 邊上 附近 边 邊",
    "under": "下面 下方 底下 之下 脚下 腳下 下", "above": "上方 上空", "on": "上面 之上 上",
    "between": "之间 之間 中间 中間", "around": "周围 周圍 四周",
    "in": "里面 裡面 裏面 里 裡 裏 中 内 內", "facing": "对面 對面",
}  # fmt: skip
_WHERE = {word: kind for kind, words in _WHERE_WORDS.items() for word in words.split()}
_CHINESE_NUMBERS = {
    "一": 1, "二": 2, "两": 2, "兩": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10,
    "十一": 11, "十二": 12, "几": 3, "幾": 3,
}  # fmt: skip
_MEASURES = frozenset(
    "个個座艘条條棵株朵只隻间間栋棟幢把张張盏盞匹头頭辆輛块塊口片根扇架台面家位名群排圈堆本幅束顆颗道串件"
)
_CHINESE_GROUPS = {"排": "row", "圈": "circle", "群": "group", "堆": "stack", "片": "field"}
_CHINESE_NO = ("没有", "沒有", "无", "無")
_CHINESE_AND = frozenset("和与與及跟")


def read_chinese(run: str, reader: Collector) -> None:
    """Wishes of a run of Chinese characters: longest known word first."""
    longest = 8
    count: int | None = None
    group = colour = material = ""
    said: list[str] = []
    last: int | None = None  # the wish just read: a place word may follow it
    joined: list[int] = []  # wishes joined by "and" before a place word
    i = 0
    while i < len(run):
        no = next((word for word in _CHINESE_NO if run.startswith(word, i)), "")
        if no:
            reader.denied, i = True, i + len(no)
            continue
        size = next((n for n in range(min(longest, len(run) - i), 0, -1) if run[i : i + n] in reader.known), 0)
        where = next((run[i : i + n] for n in (2, 1) if run[i : i + n] in _WHERE), "")
        if last is not None and where and len(where) >= size:
            to = (*joined, last) if _WHERE[where] == "between" else (last,)
            if run[i + len(where) :].strip("的") == "" and last > 0 and not joined:
                reader.relations.append(Relation(_WHERE[where], last - 1, to))  # 猫在桌子上
            else:
                reader.fronted = (_WHERE[where], to)
            last, joined, i = None, [], i + len(where)
            continue
        number = next((n for n in (2, 1) if run[i : i + n] in _CHINESE_NUMBERS), 0)
        if number and size <= number and run[i + number : i + number + 1] in _MEASURES:
            count = _CHINESE_NUMBERS[run[i : i + number]]
            group = _CHINESE_GROUPS.get(run[i + number], "")
            count = None if group else count
            i += number + 1
            continue
        if not size:
            if run[i] in _CHINESE_AND and last is not None:
                joined.append(last)
            elif run[i] != "的":
                said, joined = [], []
            i += 1
            continue
        word = run[i : i + size]
        kinds = reader.kinds(word)
        i += size
        if not kinds.isdisjoint(("feature", "place", "hint")):
            reader.wishes.append(
                Wish(word, word, count, (count or 1) > 1, tuple(said), colour or reader.name(word, "colour"),
                     material or reader.name(word, "material"), group, reader.denied)
            )  # fmt: skip
            reader.denied = False
            last = len(reader.wishes) - 1
            reader.attach(last)
            count, group, colour, material, said = None, "", "", "", []
        else:
            colour = reader.name(word, "colour") or colour
            material = reader.name(word, "material") or material
            if not (reader.name(word, "colour") or reader.name(word, "material")):
                said.append(word)
