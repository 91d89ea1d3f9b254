"""What the demo association is made of: invented names, real places."""

from dataclasses import dataclass

ASSOCIATION = "Lake Erie Builders Alliance"

_FIRST_NAMES = """
    Aaliyah Aaron Abigail Adele Alan Alicia Amara Andre Anita Anthony Beatrice Benjamin Bianca Brandon Brenda
    Caleb Camila Carl Carmen Cedric Chloe Clara Curtis Dana Darnell Deborah Derek Diego Dolores Edith Elena
    Elijah Émile Esther Fatima Felix Fiona Frances Gabriel Gail Glen Gloria Grant Hannah Harold Hector Helen
    Ibrahim Imani Irene Isaac Ivy Jacqueline Jamal Janet Jasper Jerome Jing Joan Jorge José Joyce Judith Karim
    Katrin Keisha Kenneth Lakshmi Lamar Laura Leon Leticia Lorenzo Lucille Luis Lydia Mabel Malik Marcus Marta
    Maya Mei Miriam Mohan Nadia Naomi Nelson Nina Noor Oliver Olga Oscar Pamela Patrick Paula Priya Quentin
    Rachel Rafael Ramona Ravi Renée Rosa Roy Ruth Samuel Sean Selma Sofía Stella Tamara Teodor Theo Tyrone
    Ursula Valerie Victor Vivian Wanda Wesley Xavier Yolanda Yusuf Zoe
"""
FIRST_NAMES = tuple(_FIRST_NAMES.split())

_LAST_NAMES = """
    Abernathy Acosta Adeyemi Ahmed Ålund Anders Baird Banerjee Barrett Beaumont Bell Blackwood Bouchard Brandt
    Brennan Briggs Calloway Castellano Chaudhry Chen Coleman Connolly Crane Cruz D’Amico Dalton Delgado
    Dombrowski Donnelly Dubois Easton Ekström Ellison Espinoza Fairchild Farrell Ferrara Finch Fontaine Fowler
    Galloway García Gibbs Goldberg Granger Greene Hadley Haines Halloran Harmon Hensley Hidalgo Hoffman Huang
    Iverson Jablonski Janssen Jefferson Kapoor Keller Kessler Kim Kowalski Lambert Langford Larkin Leblanc
    Lindqvist Lombardi Lowell Maddox Maguire Marchetti McAllister Mercer Moreau Müller Nakamura Nash Navarro
    Nguyen Novak Núñez O’Brien O’Rourke Okafor Oliveira Ortega Park Patel Pemberton Petrov Pruitt Quigley
    Ramírez Rasmussen Redmond Reyes Rhodes Rosario Rossi Sandoval Schmidt Schultz Sharma Singh Sorensen Stroud
    Sullivan Szabo Tanaka Thornton Tran Underhill Valdez Vance Varga Vogel Wallace Webster Weiss Whitaker
    Winslow Wojcik Yates Young Zielinski Zimmerman
"""
LAST_NAMES = tuple(_LAST_NAMES.split())

_FIRM_NAMES = """
    Anchor Ashland Beacon Bedrock Birchwood Bluestone Boulder Breakwater Brickyard Bridgeport Canal Cardinal
    Cascade Catawba Cedar Chestnut Citadel Clearfork Compass Cornerstone Crossbeam Cuyahoga Derrick Dogwood
    Eastgate Elmwood Erieview Evergreen Fairport Fieldstone Firelands Flint Foundry Frontier Gateway Glacier
    Granite Greenfield Harbor Hawthorn Hearth Highline Hillcrest Hocking Ironwood Juniper Keystone Kingbird
    Lakeland Lantern Laurel Limestone Lockport Lodestar Lorain Mahoning Maplewood Marblehead Maumee Meridian
    Millrace Monarch Northshore Oakridge Osprey Overlook Parkside Pathway Pinnacle Plumbline Portage Prairie
    Quarry Ravine Redstone Ridgeline Riverbend Rockport Sandusky Scioto Shoreline Sentinel Skyway Slate
    Springfield Steeple Stillwater Stonebridge Summit Sycamore Tamarack Tidewater Timberline Trillium Truss
    Tuscarawas Union Vanguard Vermilion Walnut Waypoint Westbrook Whetstone Willow Windward Wyandot
"""
FIRM_NAMES = tuple(_FIRM_NAMES.split())


@dataclass(frozen=True)
class Trade:
    """What a firm does: the end of its name, the end of its domain, its member type and its divisions."""

    words: str
    slug: str
    member_type: str
    divisions: tuple[str, ...]


BUILDING, HEAVY, UTILITY, SPECIALTY = "Building", "Heavy & Highway", "Utility", "Specialty Trades"
DIVISIONS = (BUILDING, HEAVY, UTILITY, SPECIALTY)
GENERAL, TRADES, SUPPLIER, SERVICE, INDIVIDUAL = MEMBER_TYPES = (
    "General Contractor",
    "Specialty Contractor",
    "Supplier",
    "Service Provider",
    "Individual",
)
TRADE_LIST = (
    Trade("Builders", "build", GENERAL, (BUILDING,)),
    Trade("Construction", "const", GENERAL, (BUILDING, HEAVY)),
    Trade("General Contracting", "gc", GENERAL, (BUILDING, SPECIALTY)),
    Trade("Paving", "paving", GENERAL, (HEAVY,)),
    Trade("Bridge & Highway", "bridge", GENERAL, (HEAVY, UTILITY)),
    Trade("Excavating", "dig", TRADES, (HEAVY, UTILITY)),
    Trade("Pipeline", "pipe", TRADES, (UTILITY,)),
    Trade("Electric", "elec", TRADES, (SPECIALTY,)),
    Trade("Mechanical", "mech", TRADES, (SPECIALTY, UTILITY)),
    Trade("Roofing", "roof", TRADES, (SPECIALTY,)),
    Trade("Masonry", "brick", TRADES, (SPECIALTY, BUILDING)),
    Trade("Steel Erectors", "steel", TRADES, (BUILDING, HEAVY)),
    Trade("Concrete Supply", "mix", SUPPLIER, ()),
    Trade("Lumber", "lumber", SUPPLIER, ()),
    Trade("Equipment Rental", "rental", SUPPLIER, ()),
    Trade("Surety", "surety", SERVICE, ()),
    Trade("Engineering", "eng", SERVICE, ()),
)


@dataclass(frozen=True)
class Place:
    city: str
    state: str
    zip: str
    county: str
    area_code: str
    region: str


NORTHEAST, NORTHWEST, CENTRAL, SOUTH, BEYOND = REGIONS = (
    "Northeast",
    "Northwest",
    "Central",
    "South",
    "Out of State",
)
PLACES = (
    Place("Cleveland", "OH", "44113", "Cuyahoga", "216", NORTHEAST),
    Place("Lakewood", "OH", "44107", "Cuyahoga", "216", NORTHEAST),
    Place("Akron", "OH", "44308", "Summit", "330", NORTHEAST),
    Place("Youngstown", "OH", "44503", "Mahoning", "330", NORTHEAST),
    Place("Mentor", "OH", "44060", "Lake", "440", NORTHEAST),
    Place("Lorain", "OH", "44052", "Lorain", "440", NORTHEAST),
    Place("Sandusky", "OH", "44870", "Erie", "419", NORTHWEST),
    Place("Toledo", "OH", "43604", "Lucas", "419", NORTHWEST),
    Place("Findlay", "OH", "45840", "Hancock", "419", NORTHWEST),
    Place("Columbus", "OH", "43215", "Franklin", "614", CENTRAL),
    Place("Newark", "OH", "43055", "Licking", "740", CENTRAL),
    Place("Dayton", "OH", "45402", "Montgomery", "937", SOUTH),
    Place("Cincinnati", "OH", "45202", "Hamilton", "513", SOUTH),
    Place("Erie", "PA", "16501", "Erie", "814", BEYOND),
    Place("Pittsburgh", "PA", "15222", "Allegheny", "412", BEYOND),
    Place("Detroit", "MI", "48226", "Wayne", "313", BEYOND),
    Place("Fort Wayne", "IN", "46802", "Allen", "260", BEYOND),
    Place("Buffalo", "NY", "14203", "Erie", "716", BEYOND),
)

STREETS = (
    "Superior Ave",
    "Euclid Ave",
    "Water St",
    "Industrial Pkwy",
    "Mill St",
    "Foundry Ln",
    "Harbor Rd",
    "Canal St",
    "Union St",
    "Quarry Rd",
    "Lake Shore Blvd",
    "Depot St",
    "Market St",
    "Commerce Dr",
    "River Rd",
)

JOBS = (
    "President",
    "Vice President",
    "Project Manager",
    "Estimator",
    "Superintendent",
    "Safety Director",
    "Controller",
    "Office Manager",
    "Marketing Coordinator",
    "Field Engineer",
    "Human Resources Manager",
    "Foreman",
)

LOCALS = ("Laborers 310", "Operating Engineers 18", "Carpenters 212", "Ironworkers 17", "Electricians 38")
