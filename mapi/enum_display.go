package mapi

// Local is how the entry is shown in its own forest's address book.
func (d DisplayTypeEx) Local() DisplayType { return DisplayType(d & DisplayExMaskLocal) }

// Remote is how the entry is shown in the forest it comes from. It counts when
// DisplayExRemoteValid is set.
func (d DisplayTypeEx) Remote() DisplayType { return DisplayType(d & DisplayExMaskRemote >> 8) }

// String returns the local type, the remote one when it is valid, and flags:
// "MailUser|ACLCapable", "RemoteMailUser|Remote=Room|RemoteValid".
func (d DisplayTypeEx) String() string {
	s := d.Local().String()
	if r := d.Remote(); r != 0 || d&DisplayExRemoteValid != 0 {
		s += "|Remote=" + r.String()
	}
	if flags := d &^ (DisplayExMaskLocal | DisplayExMaskRemote); flags != 0 {
		s += "|" + flagString(uint32(flags), []flagName{{0x40000000, "ACLCapable"}, {0x80000000, "RemoteValid"}})
	}
	return s
}
