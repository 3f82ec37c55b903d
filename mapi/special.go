package mapi

// A SpecialFolder names a folder that every mailbox has for a purpose
// (MS-OXOSFLD 2.2.1, MS-OXCSTOR 2.2.1.1). Its display name is localised and can
// be changed; the purpose stays.
type SpecialFolder uint8

// The special folders of a private mailbox.
const (
	FolderNone SpecialFolder = iota
	FolderRoot
	FolderIPMSubtree // the top of what users see
	FolderInbox
	FolderOutbox
	FolderSentItems
	FolderDeletedItems
	FolderDrafts
	FolderCalendar
	FolderContacts
	FolderJournal
	FolderNotes
	FolderTasks
	FolderJunk
	FolderSyncIssues
	FolderConflicts
	FolderLocalFailures
	FolderServerFailures
	FolderRSSFeeds
	FolderConversationActions
	FolderQuickSteps
	FolderSuggestedContacts
	FolderArchive
	FolderDeferredAction
	FolderSpoolerQueue
	FolderCommonViews
	FolderSchedule
	FolderFinder
	FolderViews
	FolderShortcuts
	FolderFreeBusyData
	FolderConversationHistory

	// The special folders of a public store, which also has FolderRoot and
	// FolderIPMSubtree.
	FolderNonIPMSubtree
	FolderEFormsRegistry
	FolderPublicFreeBusy
	FolderOfflineAddressBook

	numSpecialFolders
)

// SpecialFolders is the number of special folders; they count from 1 to it.
const SpecialFolders = int(numSpecialFolders) - 1

var specialNames = [numSpecialFolders]string{
	FolderRoot: "root", FolderIPMSubtree: "ipm_subtree", FolderInbox: "inbox", FolderOutbox: "outbox",
	FolderSentItems: "sent_items", FolderDeletedItems: "deleted_items", FolderDrafts: "drafts",
	FolderCalendar: "calendar", FolderContacts: "contacts", FolderJournal: "journal", FolderNotes: "notes",
	FolderTasks: "tasks", FolderJunk: "junk", FolderSyncIssues: "sync_issues", FolderConflicts: "conflicts",
	FolderLocalFailures: "local_failures", FolderServerFailures: "server_failures", FolderRSSFeeds: "rss_feeds",
	FolderConversationActions: "conversation_action_settings", FolderQuickSteps: "quick_step_settings",
	FolderSuggestedContacts: "suggested_contacts", FolderArchive: "archive", FolderDeferredAction: "deferred_action",
	FolderSpoolerQueue: "spooler_queue", FolderCommonViews: "common_views", FolderSchedule: "schedule",
	FolderFinder: "finder", FolderViews: "views", FolderShortcuts: "shortcuts", FolderFreeBusyData: "freebusy_data",
	FolderConversationHistory: "conversation_history", FolderNonIPMSubtree: "non_ipm_subtree",
	FolderEFormsRegistry: "eforms_registry", FolderPublicFreeBusy: "freebusy",
	FolderOfflineAddressBook: "offline_address_book",
}

// String returns a key such as "inbox" or "sent_items".
func (f SpecialFolder) String() string {
	if int(f) < len(specialNames) && specialNames[f] != "" {
		return specialNames[f]
	}
	return "none"
}
