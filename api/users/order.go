package users

import (
	"slices"
	"sort"
)

// maxBlock bounds what one insert moves.
const maxBlock = 512

// order is a set of ids in ascending order, kept in blocks, so that an insert moves part of one block and not
// everything behind it. No block is empty.
type order struct {
	blocks [][]string
}

// find returns where id is, or where it belongs; a block behind the last when it is larger than every id.
func (o *order) find(id string) (block, at int) {
	block = sort.Search(len(o.blocks), func(i int) bool {
		return o.blocks[i][len(o.blocks[i])-1] >= id
	})
	if block < len(o.blocks) {
		at, _ = slices.BinarySearch(o.blocks[block], id)
	}
	return block, at
}

// insert adds an id that is not there.
func (o *order) insert(id string) {
	if len(o.blocks) == 0 {
		o.blocks = [][]string{{id}}
		return
	}
	b, at := o.find(id)
	if b == len(o.blocks) {
		b--
		at = len(o.blocks[b])
	}
	o.blocks[b] = slices.Insert(o.blocks[b], at, id)
	if len(o.blocks[b]) > maxBlock {
		o.split(b)
	}
}

func (o *order) split(b int) {
	full := o.blocks[b]
	tail := slices.Clone(full[maxBlock/2:])
	o.blocks[b] = slices.Delete(full, maxBlock/2, len(full))
	o.blocks = slices.Insert(o.blocks, b+1, tail)
}

// remove takes out an id that is there.
func (o *order) remove(id string) {
	b, at := o.find(id)
	o.blocks[b] = slices.Delete(o.blocks[b], at, at+1)
	if len(o.blocks[b]) == 0 {
		o.blocks = slices.Delete(o.blocks, b, b+1)
	}
}

// after returns the n smallest ids that are larger than id.
func (o *order) after(id string, n int) []string {
	b, at := o.find(id)
	if b < len(o.blocks) && o.blocks[b][at] == id {
		at++
	}
	var ids []string
	for ; b < len(o.blocks) && len(ids) < n; b, at = b+1, 0 {
		block := o.blocks[b][at:]
		ids = append(ids, block[:min(len(block), n-len(ids))]...)
	}
	return ids
}
