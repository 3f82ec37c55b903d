package store

import (
	"strings"

	"github.com/okapi-mail/okapi/mapi"
)

// SpecialFolderName is the usual display name of a special folder in a language,
// given as a BCP 47 tag. Languages without a table, and folders that users do not
// see, have their English names.
func SpecialFolderName(f mapi.SpecialFolder, locale string) string {
	lang, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(locale), "_", "-"), "-")
	if names, ok := localNames[lang]; ok {
		for i, special := range localised {
			if special == f {
				return names[i]
			}
		}
	}
	return englishNames[f]
}

var englishNames = map[mapi.SpecialFolder]string{
	mapi.FolderRoot: "Root Container", mapi.FolderIPMSubtree: "Top of Information Store",
	mapi.FolderInbox: "Inbox", mapi.FolderOutbox: "Outbox", mapi.FolderSentItems: "Sent Items",
	mapi.FolderDeletedItems: "Deleted Items", mapi.FolderDrafts: "Drafts", mapi.FolderCalendar: "Calendar",
	mapi.FolderContacts: "Contacts", mapi.FolderJournal: "Journal", mapi.FolderNotes: "Notes",
	mapi.FolderTasks: "Tasks", mapi.FolderJunk: "Junk Email", mapi.FolderSyncIssues: "Sync Issues",
	mapi.FolderConflicts: "Conflicts", mapi.FolderLocalFailures: "Local Failures",
	mapi.FolderServerFailures: "Server Failures", mapi.FolderRSSFeeds: "RSS Feeds",
	mapi.FolderConversationActions: "Conversation Action Settings",
	mapi.FolderQuickSteps:          "Quick Step Settings", mapi.FolderSuggestedContacts: "Suggested Contacts",
	mapi.FolderArchive: "Archive", mapi.FolderDeferredAction: "Deferred Action",
	mapi.FolderSpoolerQueue: "Spooler Queue", mapi.FolderCommonViews: "Common Views",
	mapi.FolderSchedule: "Schedule", mapi.FolderFinder: "Finder", mapi.FolderViews: "Views",
	mapi.FolderShortcuts: "Shortcuts", mapi.FolderFreeBusyData: "Freebusy Data",
	mapi.FolderConversationHistory: "Conversation History", mapi.FolderNonIPMSubtree: "NON_IPM_SUBTREE",
	mapi.FolderEFormsRegistry: "EFORMS REGISTRY", mapi.FolderPublicFreeBusy: "SCHEDULE+ FREE BUSY",
	mapi.FolderOfflineAddressBook: "OFFLINE ADDRESS BOOK",
}

// localised lists the folders that users see, in the order of localNames.
var localised = [...]mapi.SpecialFolder{
	mapi.FolderInbox, mapi.FolderOutbox, mapi.FolderSentItems, mapi.FolderDeletedItems, mapi.FolderDrafts,
	mapi.FolderCalendar, mapi.FolderContacts, mapi.FolderJournal, mapi.FolderNotes, mapi.FolderTasks,
	mapi.FolderJunk, mapi.FolderArchive, mapi.FolderRSSFeeds, mapi.FolderSuggestedContacts,
}

var localNames = map[string][len(localised)]string{
	"de": {"Posteingang", "Postausgang", "Gesendete Elemente", "Gelöschte Elemente", "Entwürfe",
		"Kalender", "Kontakte", "Journal", "Notizen", "Aufgaben", "Junk-E-Mail", "Archiv", "RSS-Feeds", "Vorgeschlagene Kontakte"},
	"fr": {"Boîte de réception", "Boîte d'envoi", "Éléments envoyés", "Éléments supprimés", "Brouillons",
		"Calendrier", "Contacts", "Journal", "Notes", "Tâches", "Courrier indésirable", "Archive", "Flux RSS", "Contacts suggérés"},
	"es": {"Bandeja de entrada", "Bandeja de salida", "Elementos enviados", "Elementos eliminados", "Borradores",
		"Calendario", "Contactos", "Diario", "Notas", "Tareas", "Correo no deseado", "Archivo", "Fuentes RSS", "Contactos sugeridos"},
	"it": {"Posta in arrivo", "Posta in uscita", "Posta inviata", "Posta eliminata", "Bozze",
		"Calendario", "Contatti", "Diario", "Note", "Attività", "Posta indesiderata", "Archivio", "Feed RSS", "Contatti suggeriti"},
	"nl": {"Postvak IN", "Postvak UIT", "Verzonden items", "Verwijderde items", "Concepten",
		"Agenda", "Contactpersonen", "Logboek", "Notities", "Taken", "Ongewenste e-mail", "Archief", "RSS-feeds", "Voorgestelde contactpersonen"},
	"pt": {"Caixa de Entrada", "Caixa de Saída", "Itens Enviados", "Itens Excluídos", "Rascunhos",
		"Calendário", "Contatos", "Diário", "Anotações", "Tarefas", "Lixo Eletrônico", "Arquivo Morto", "RSS Feeds", "Contatos Sugeridos"},
	"pl": {"Skrzynka odbiorcza", "Skrzynka nadawcza", "Elementy wysłane", "Elementy usunięte", "Wersje robocze",
		"Kalendarz", "Kontakty", "Dziennik", "Notatki", "Zadania", "Wiadomości-śmieci", "Archiwum", "Kanały RSS", "Sugerowane kontakty"},
	"sv": {"Inkorgen", "Utkorgen", "Skickat", "Borttaget", "Utkast",
		"Kalender", "Kontakter", "Journal", "Anteckningar", "Uppgifter", "Skräppost", "Arkiv", "RSS-feeds", "Föreslagna kontakter"},
	"da": {"Indbakke", "Udbakke", "Sendt post", "Slettet post", "Kladder",
		"Kalender", "Kontakter", "Journal", "Noter", "Opgaver", "Uønsket mail", "Arkiv", "RSS-kilder", "Foreslåede kontakter"},
	"fi": {"Saapuneet", "Lähtevät", "Lähetetyt", "Poistetut", "Luonnokset",
		"Kalenteri", "Yhteystiedot", "Päiväkirja", "Muistilaput", "Tehtävät", "Roskaposti", "Arkisto", "RSS-syötteet", "Ehdotetut yhteystiedot"},
	"cs": {"Doručená pošta", "Pošta k odeslání", "Odeslaná pošta", "Odstraněná pošta", "Koncepty",
		"Kalendář", "Kontakty", "Deník", "Poznámky", "Úkoly", "Nevyžádaná pošta", "Archiv", "Kanály RSS", "Navrhované kontakty"},
	"ru": {"Входящие", "Исходящие", "Отправленные", "Удаленные", "Черновики",
		"Календарь", "Контакты", "Дневник", "Заметки", "Задачи", "Нежелательная почта", "Архив", "RSS-каналы", "Предлагаемые контакты"},
	"ja": {"受信トレイ", "送信トレイ", "送信済みアイテム", "削除済みアイテム", "下書き",
		"予定表", "連絡先", "履歴", "メモ", "タスク", "迷惑メール", "アーカイブ", "RSS フィード", "推奨連絡先"},
	"zh": {"收件箱", "发件箱", "已发送邮件", "已删除邮件", "草稿",
		"日历", "联系人", "日记", "便笺", "任务", "垃圾邮件", "存档", "RSS 源", "建议的联系人"},
}
