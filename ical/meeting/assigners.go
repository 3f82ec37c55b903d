package meeting

import (
	"encoding/binary"

	"github.com/okapi-mail/okapi/mapi"
)

// assigners is the value of PidLidTaskAssigners: a stack of those who assigned a task,
// here of one (MS-OXOTASK 2.2.2.2.16).
func assigners(p Person) []byte {
	p = p.withDefaults()
	id := mapi.NewOneOff(p.Name, p.Type, p.Address).EntryID()
	one := binary.LittleEndian.AppendUint32(nil, uint32(len(id)))
	one = append(one, id...)
	one = append(append(one, narrow(p.Name)...), 0)
	one = appendWide(one, p.Name)
	b := binary.LittleEndian.AppendUint32(nil, 1)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(one)))
	return append(b, one...)
}
