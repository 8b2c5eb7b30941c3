// swift-tools-version: 6.2
import PackageDescription

/// Rules for everything that ships: unsafe code is spelt out, imports are private unless said otherwise.
let shipped: [SwiftSetting] = [
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableExperimentalFeature("Lifetimes"),
]

/// The house, room by room: who may import whom. `Tests/TidyTests` holds the sources to this table.
let rooms: [(name: String, imports: [String])] = [
    ("HavreCodec", []),
    ("HavreSystem", ["CSystem"]),
    ("HavreSecrets", ["CSodium", "HavreSystem", "HavreCodec"]),
    ("HavreForms", ["HavreCodec", "CData"]),
    ("HavreFormats", ["HavreSecrets", "HavreCodec"]),
    ("HavreLedger", ["HavreSecrets", "HavreCodec"]),
    ("HavreStore", ["CSQLite", "HavreSecrets", "HavreSystem", "HavreCodec"]),
    ("HavreAccess", ["HavreSecrets", "HavreCodec"]),
    ("HavreSamples", ["HavreForms", "HavreCodec", "CData"]),
    ("HavreEvidence", ["HavreFormats", "HavreLedger", "HavreForms", "HavreSecrets", "HavreCodec", "CData"]),
    (
        "Havre",
        [
            "HavreAccess", "HavreEvidence", "HavreStore", "HavreLedger", "HavreFormats", "HavreForms",
            "HavreSecrets", "HavreSystem", "HavreCodec",
        ]
    ),
    ("HavreWire", ["HavreCodec", "CData"]),
    ("HavreDaemon", ["Havre", "HavreWire", "HavreSystem", "HavreSecrets", "HavreCodec"]),
    (
        "HavreCommands",
        [
            "HavreDaemon", "Havre", "HavreEvidence", "HavreSamples", "HavreForms", "HavreLedger",
            "HavreFormats", "HavreWire", "HavreSystem", "HavreSecrets", "HavreCodec", "CData",
        ]
    ),
]

/// Documents that lie beside the code.
let pages = [
    "HavreWire": ["PROTOCOL.md"], "HavreEvidence": ["BUNDLE.md"], "HavreAccess": ["POLICY.md"],
    "HavreStore": ["STORE.md"],
]

/// One test target a room, and the ones that look at the whole.
let testRooms: [(name: String, uses: [String])] =
    rooms.map { ($0.name + "Tests", [$0.name] + $0.imports.filter { !$0.hasPrefix("C") }) } + [
        ("TidyTests", [])
    ]

/// The bench measures the release programs from inside and outside; only `Tests/Bench/run` asks for it, so that no
/// other build pays for it.
let bench: [Target] =
    Context.environment["HAVRE_BENCH"] == nil
    ? []
    : [
        .executableTarget(
            name: "bench",
            dependencies: [
                "CSQLite", "Havre", "HavreDaemon", "HavreWire", "HavreSystem", "HavreSecrets", "HavreCodec",
            ],
            path: "Tests/Bench", exclude: ["run"])
    ]

/// The fuzzer feeds the parsers with hostile bytes; only `Tests/Fuzz/run` asks for it.
let fuzz: [Target] =
    Context.environment["HAVRE_FUZZ"] == nil
    ? []
    : [
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "CSodium", "HavreEvidence", "HavreFormats", "HavreForms", "HavreLedger", "HavreSecrets",
                "HavreWire",
                "HavreCodec", "TestSupport",
            ],
            path: "Tests/Fuzz", exclude: ["run"],
            swiftSettings: [.unsafeFlags(["-parse-as-library"])])
    ]

let package = Package(
    name: "havre",
    products: [
        .library(name: "Havre", targets: ["Havre"]),
        .executable(name: "havre", targets: ["havre-cli"]),
        .executable(name: "havred", targets: ["havred-main"]),
    ] + (bench + fuzz).map { .executable(name: $0.name, targets: [$0.name]) },
    targets: [
        .systemLibrary(name: "CSodium"),
        .systemLibrary(name: "CSQLite"),
        .target(name: "CSystem", cSettings: [.define("_GNU_SOURCE")]),
        .target(name: "CData", exclude: ["files"]),
    ]
        + rooms.map { room in
            .target(
                name: room.name,
                dependencies: room.imports.map { .byName(name: $0) },
                exclude: pages[room.name] ?? [],
                swiftSettings: shipped)
        } + [
            .executableTarget(name: "havre-cli", dependencies: ["HavreCommands"], swiftSettings: shipped),
            .executableTarget(name: "havred-main", dependencies: ["HavreDaemon"], swiftSettings: shipped),
        ]
        + testRooms.map { room in
            .testTarget(
                name: room.name,
                dependencies: room.uses.map { .byName(name: $0) } + ["TestSupport"]
                    + (room.name == "HavreStoreTests" ? ["FaultSupport"] : []))
        } + [
            .target(
                name: "TestSupport",
                path: "Tests/TestSupport"),
            // A workload for the store and its oracle; the program runs it under `Tests/Faults/sweep`.
            .target(
                name: "FaultSupport",
                dependencies: ["HavreStore", "HavreSecrets", "HavreSystem", "HavreCodec"],
                path: "Tests/Faults/Support"),
            .executableTarget(
                name: "store-faults",
                dependencies: ["FaultSupport"],
                path: "Tests/Faults/Program"),
        ] + bench + fuzz,
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c2x
)
