package cfb

// CheckTree reports what is wrong with the directory of a file that was written: order,
// colours, and the same number of black entries on each way.
func CheckTree(m *Image) (bad []string) {
	byID := map[uint32]*node{}
	for i, n := range m.p.nodes {
		if uint32(i) != 0 && n.id != uint32(i) {
			bad = append(bad, "an id is not its place")
		}
		byID[n.id] = n
	}
	var black func(id uint32, parentRed bool) int
	black = func(id uint32, parentRed bool) int {
		if id == noEntry {
			return 1
		}
		n := byID[id]
		if n.red && parentRed {
			bad = append(bad, "a red entry below a red one")
		}
		if n.left != noEntry && compareNames(byID[n.left].name, n.name) >= 0 ||
			n.right != noEntry && compareNames(byID[n.right].name, n.name) <= 0 {
			bad = append(bad, "not in order")
		}
		l, r := black(n.left, n.red), black(n.right, n.red)
		if l != r {
			bad = append(bad, "ways with different numbers of black entries")
		}
		if n.red {
			return l
		}
		return l + 1
	}
	for _, n := range m.p.nodes {
		if n.child != noEntry {
			if byID[n.child].red {
				bad = append(bad, "a red root")
			}
			black(n.child, false)
		}
	}
	return bad
}

// Areas are the sectors of the DIFAT and of the FAT.
func Areas(m *Image) (difat, fat int64) { return m.p.difat.n, m.p.fat.n }
