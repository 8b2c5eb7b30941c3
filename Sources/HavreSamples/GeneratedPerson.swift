import HavreCodec
import HavreForms

/// The facts of one generated person, drawn before the forms are filled in so that all of them agree.
struct GeneratedPerson {
    let language: Language
    let region: Vocabulary.Region
    let isFeminine: Bool
    let given: String
    let family: String
    let birthdate: Day
    let place: String
    let town: String
    let street: String
    let alias: String
    let network: String
    let networkPhone: String
    let safePhone: String
    let helper: String
    let codename: String
    let recipient: String
    /// When it began and when it ended.
    let began: Day
    let ended: Day
    /// Years of age, today and when it began.
    let age: Int
    let ageThen: Int

    /// Draws somebody of 15 to 44 years, seen on `today`.
    init(_ random: inout SampleRandom, today: Day) {
        let words = Vocabulary.shared
        language = random.percent(60) ? .fr : .en
        region = random.one(of: words.regions)
        isFeminine = random.percent(75)
        given = random.one(of: isFeminine ? region.feminine : region.masculine)
        family = random.one(of: region.family)
        age = random.percent(15) ? random.from(15...17) : random.from(18...44)
        // Days 2 to 28 exist in every month and are written the same way in both languages.
        let birthday =
            (try? Day(year: today.year - age, month: random.from(1...12), day: random.from(2...28)))
        let safeBirthday = birthday ?? today.adding(months: -12 * age)
        birthdate =
            safeBirthday > today.adding(months: -12 * age) ? safeBirthday.adding(months: -12) : safeBirthday
        place = random.one(of: region.places)
        town = random.one(of: words.towns)
        street = "\(random.from(2...78)) \(random.one(of: words.streets))"
        let other = random.one(of: words.regions)
        alias =
            random.one(of: isFeminine ? other.feminine : other.masculine) + " " + random.one(of: other.family)
        network = random.one(of: words.network)
        networkPhone = Self.phone(&random)
        safePhone = Self.phone(&random)
        helper = random.one(of: words.helpers)
        codename = random.one(of: words.codenames)
        recipient = random.one(of: words.recipients)
        began = today.adding(days: -random.from(900...1_900))
        ended = began.adding(days: random.from(120...800))
        ageThen = max(0, (began.epochDays - birthdate.epochDays) * 400 / 146_097)
    }

    /// A number from the ranges kept for fiction in France and the United Kingdom, in one of their writings.
    static func phone(_ random: inout SampleRandom) -> String {
        func digits(_ count: Int) -> String { (0..<count).map { _ in String(random.below(10)) }.joined() }
        switch random.below(4) {
        case 0: return "+44 7700 900\(digits(3))"
        case 1: return "+3363998\(digits(4))"
        case 2: return "063998\(digits(4))"
        default: return "06 39 98 \(digits(2)) \(digits(2))"
        }
    }

    /// The statement: sentences of each part, with the facts in them.
    func statement(_ random: inout SampleRandom) -> [String] {
        guard let texts = Vocabulary.shared.texts[language] else { return [] }
        var sentences: [String] = []
        for stage in texts.stages {
            for template in random.some(stage.count, of: stage.sentences) {
                sentences.append(filled(template, texts, &random))
            }
        }
        return sentences
    }

    /// A template with the facts in the place of their names in braces.
    func filled(_ template: String, _ texts: Vocabulary.Texts, _ random: inout SampleRandom) -> String {
        let (birthMonth, month, month2) = (
            texts.months[birthdate.month - 1], texts.months[began.month - 1], texts.months[ended.month - 1]
        )
        let facts = [
            "name": given + " " + family, "birthdate": "\(birthdate.day) \(birthMonth) \(birthdate.year)",
            "place": place, "town": town, "street": street, "alias": alias, "network": network,
            "phone": networkPhone, "helper": helper, "n": String(random.from(3...9)), "month": month,
            "year": String(began.year), "month2": month2, "year2": String(ended.year),
            "e": isFeminine ? "e" : "", "er": isFeminine ? "ère" : "er", "person": given, "age": String(age),
        ]
        var text = ""
        var rest = template[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            text += rest[..<open] + (facts[String(rest[rest.index(after: open)..<close])] ?? "")
            rest = rest[rest.index(after: close)...]
        }
        return text + rest
    }
}
