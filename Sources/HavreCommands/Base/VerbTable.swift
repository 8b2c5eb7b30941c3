/// All verbs, in the order in which the overview lists them.
enum VerbTable {
    static let verbs: [any Verb.Type] = [
        Demo.self, Init.self, Serve.self, Status.self, CompletionsVerb.self,
        Enrol.self, Unlock.self, Lock.self, Panic.self, Passwd.self, Whoami.self,
        CaseNew.self, CaseList.self, CaseShow.self, CaseAssign.self, CaseLabel.self, CaseArchive.self,
        CaseReopen.self, Open.self, Close.self,
        FormsVerb.self, Add.self, Note.self, Show.self, Edit.self, History.self, Attach.self, View.self,
        Fetch.self,
        Find.self, Night.self,
        AccessVerb.self, Grant.self, Revoke.self,
        StaffList.self, StaffInvite.self, StaffConfirm.self, StaffReset.self,
        ContactAdd.self, ContactList.self, ContactConfirm.self, ContactRetire.self, Export.self, Verify.self,
        AuditLog.self, AuditVerify.self, AuditCheckpoint.self, AuditWhoOpened.self, Check.self,
        BackupVerb.self, RestoreVerb.self,
    ]

    /// Verbs of asking for access and answering that, which this version does not have.
    static let coming: Set<String> = ["request", "requests", "approve", "deny", "breakglass"]

    /// The verb that a command line names, and what follows its words. Two words win over one.
    static func find(_ words: [String]) -> (verb: any Verb.Type, rest: [String])? {
        for count in [2, 1] where words.count >= count {
            let start = Array(words.prefix(count))
            if let verb = verbs.first(where: { $0.row.words == start }) {
                return (verb, Array(words.dropFirst(count)))
            }
        }
        return nil
    }

    /// Whether some verb of two words begins so.
    static func begins(_ word: String) -> Bool { !following(word).isEmpty }

    /// The second words of the verbs that begin so.
    static func following(_ word: String) -> [String] {
        verbs.map { $0.row.words }.filter { $0.count == 2 && $0[0] == word }.map { $0[1] }
    }

    /// The verbs of a chapter.
    static func rows(_ chapter: Chapter) -> [Row] {
        verbs.map { $0.row }.filter { $0.chapter == chapter }
    }
}
