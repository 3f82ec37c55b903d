package mapi

// RuleActions is the value of a PtypRuleAction property: what a rule does
// (MS-OXORULE 2.2.5).
type RuleActions []RuleAction

// A RuleAction is one action of a rule. The fields in use depend on Type.
type RuleAction struct {
	Type   ActionType
	Flavor uint32
	Flags  uint32

	InStore    bool         // ActionMove, ActionCopy: Folder is a server id within the rule's own store
	Store      []byte       // ActionMove, ActionCopy: entry id of the store
	Folder     []byte       // ActionMove, ActionCopy: entry id of the folder
	Template   []byte       // ActionReply, ActionOOFReply: folder and message id of the template
	TemplateID GUID         // ActionReply, ActionOOFReply
	Code       uint32       // ActionBounce: why
	Recipients []Properties // ActionForward, ActionDelegate
	Tag        *Property    // ActionTag: the property to set
	Data       []byte       // ActionDefer: opaque to the store
}

// An ActionType says what a [RuleAction] does.
type ActionType uint8

// The action types (MS-OXORULE 2.2.5.1.1).
const (
	ActionMove       ActionType = 1  // OP_MOVE
	ActionCopy       ActionType = 2  // OP_COPY
	ActionReply      ActionType = 3  // OP_REPLY
	ActionOOFReply   ActionType = 4  // OP_OOF_REPLY
	ActionDefer      ActionType = 5  // OP_DEFER_ACTION
	ActionBounce     ActionType = 6  // OP_BOUNCE
	ActionForward    ActionType = 7  // OP_FORWARD
	ActionDelegate   ActionType = 8  // OP_DELEGATE
	ActionTag        ActionType = 9  // OP_TAG
	ActionDelete     ActionType = 10 // OP_DELETE
	ActionMarkAsRead ActionType = 11 // OP_MARK_AS_READ
)
