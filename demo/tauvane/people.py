# SPDX-License-Identifier: GPL-3.0-or-later
"""The fictional missing: 380 people with names that exist in three scripts.

Common given names and surnames are combined at random; a likeness to anyone
is an accident. Each name part lists its spellings in Latin, Hangul and Arabic
script, the usual one first."""

import datetime
from dataclasses import dataclass


def _parts(table):
    rows = []
    for line in table.strip().splitlines():
        latin, hangul, arabic = (column.strip().split("/") for column in line.split("|"))
        rows.append({"latin": latin, "hangul": hangul, "arabic": arabic})
    return rows


KOREAN_SURNAMES = _parts("""
Kim/Gim | 김 | كيم
Lee/Ri/Yi/Rhee | 이/리 | لي/ري
Park/Pak/Bak | 박 | باك/بارك
Choi/Choe | 최 | تشوي/شوي
Jung/Jong/Jeong/Chung | 정 | جونغ/جنغ
Kang/Gang | 강 | كانغ/كانج
Cho/Jo | 조 | تشو/جو
Yoon/Yun | 윤 | يون
Jang/Chang | 장 | جانغ/جانج
Lim/Rim/Im | 임/림 | ليم/ريم
Han | 한 | هان
Oh/O | 오 | أوه/اوه
Seo/So/Suh | 서 | سيو/سو
Shin/Sin | 신 | شين
Kwon/Gwon | 권 | كوون
Hwang | 황 | هوانغ/هوانج
""")

KOREAN_GIVEN = {"M": _parts("""
Min-ho | 민호 | مين هو/مينهو
Ji-hoon/Chi-hun/Ji-hun | 지훈 | جي هون/جيهون
Young-ho/Yong-ho/Yeong-ho | 영호 | يونغ هو/يونج هو
Chul-soo/Chol-su/Cheol-su | 철수 | تشول سو/شول سو
Sung-min/Song-min/Seong-min | 성민 | سونغ مين/سونج مين
Kwang-soo/Kwang-su/Gwang-su | 광수 | كوانغ سو/كوانج سو
Dong-hyun/Tong-hyon/Dong-hyeon | 동현 | دونغ هيون/دونج هيون
Jae-won/Chae-won | 재원 | جاي وون/جاي ون
Myung-gil/Myong-gil/Myeong-gil | 명길 | ميونغ غيل/ميونج جيل
Sang-woo/Sang-u | 상우 | سانغ وو/سانج وو
Tae-sik/Tae-shik | 태식 | تاي سيك/تي سيك
Hyun-woo/Hyon-u/Hyeon-u | 현우 | هيون وو/هيونوو
In-ho | 인호 | إن هو/ان هو
Ki-nam/Gi-nam | 기남 | كي نام/جي نام
Hak-soo/Hak-su | 학수 | هاك سو/هاكسو
Byung-ok/Pyong-ok/Byeong-ok | 병옥 | بيونغ أوك/بيونج اوك
"""), "F": _parts("""
Young-hee/Yong-hui/Yeong-hui | 영희 | يونغ هي/يونج هي
Soon-ja/Sun-ja | 순자 | سون جا/سونجا
Mi-kyung/Mi-gyong/Mi-gyeong | 미경 | مي كيونغ/مي كيونج
Eun-ju/Un-ju | 은주 | أون جو/اون جو
Hye-jin/Hye-chin | 혜진 | هاي جين/هيه جين
Kyung-ok/Kyong-ok/Gyeong-ok | 경옥 | كيونغ أوك/كيونج اوك
Sun-hee/Son-hui/Seon-hui | 선희 | سون هي/سونهي
Ok-soon/Ok-sun | 옥순 | أوك سون/اوك سون
Bok-nam/Pok-nam | 복남 | بوك نام/بوكنام
In-sook/In-suk | 인숙 | إن سوك/ان سوك
Geum-ja/Kum-ja | 금자 | غوم جا/جوم جا
Su-jin/Soo-jin | 수진 | سو جين/سوجين
Chun-hwa/Chon-hwa | 춘화 | تشون هوا/شون هوا
Jung-ae/Jong-ae/Chung-ae | 정애 | جونغ آي/جونج اي
""")}

ARABIC_SURNAMES = _parts("""
Haddad/Hadad | 하다드 | حداد/الحداد
Najjar/Al-Najjar/Najar | 나자르 | نجار/النجار
Mansour/Mansur/Mansoor | 만수르 | منصور
Khalil/Khaleel | 칼릴 | خليل
Qasim/Kassem/Qasem | 카심/카셈 | قاسم
Sabbagh/Sabagh/Al-Sabbagh | 사바그 | صباغ/الصباغ
Hamdan/Hemdan | 함단 | حمدان
Darwish/Darwiche/Derwish | 다르위시/다르위쉬 | درويش
Sayegh/Sayigh | 사예그 | صايغ/صائغ
Shaheen/Shahin | 샤힌 | شاهين
Bakri/Bakry/Al-Bakri | 바크리 | بكري/البكري
Wahbi/Wehbe/Wahby | 와흐비 | وهبي/وهبة
Fares/Faris | 파레스/파리스 | فارس
Ghanem/Ghanim | 가넴 | غانم
Rashid/Rasheed/Rachid | 라시드 | رشيد
Tawil/Taweel/Al-Tawil | 타윌 | طويل/الطويل
""")

ARABIC_GIVEN = {"M": _parts("""
Mohamed/Mohammed/Muhammad/Mohamad | 모하메드/무함마드 | محمد
Ahmed/Ahmad | 아흐메드/아흐마드 | أحمد/احمد
Hassan/Hasan | 하산 | حسن
Ali/Aly | 알리 | علي/على
Omar/Umar/Omer | 오마르/우마르 | عمر
Youssef/Yusuf/Yousef | 유세프/유수프 | يوسف
Ibrahim/Ebrahim | 이브라힘 | إبراهيم/ابراهيم
Khaled/Khalid | 칼레드/칼리드 | خالد
Mahmoud/Mahmud | 마흐무드 | محمود
Mustafa/Mostafa/Moustafa | 무스타파/모스타파 | مصطفى/مصطفي
Karim/Kareem | 카림 | كريم
Samir/Sameer | 사미르 | سمير
Tariq/Tarek/Tareq | 타리크/타렉 | طارق
Abdallah/Abdullah/Abdalla | 압달라/압둘라 | عبد الله/عبدالله
Salem/Salim | 살렘/살림 | سالم
Jamal/Gamal | 자말/가말 | جمال
"""), "F": _parts("""
Fatima/Fatma/Fatimah | 파티마/파트마 | فاطمة/فاطمه
Aisha/Aicha/Ayesha | 아이샤 | عائشة/عايشة
Maryam/Mariam/Miriam | 마리암/마르얌 | مريم
Zainab/Zeinab/Zaynab | 자이나브/제이나브 | زينب
Khadija/Khadijah/Hadija | 카디자 | خديجة/خديجه
Huda/Houda | 후다 | هدى/هدي
Layla/Leila/Laila | 라일라/레일라 | ليلى/ليلي
Amina/Aminah | 아미나 | أمينة/امينة
Samira/Sameera | 사미라 | سميرة/سميره
Nadia/Nadya | 나디아 | نادية/ناديه
Salma/Selma | 살마/셀마 | سلمى/سلمي
Noura/Nura/Nora | 누라/노라 | نورة/نوره
Rania/Raniya | 라니아 | رانيا/رانية
Hanan/Hanane | 하난 | حنان
""")}

# No such places: the country is invented.
VILLAGES = _parts("""
Tessary/Tesary | 테사리 | تيساري
Maluven/Maloven | 말루벤 | مالوفين
Kordavel/Kordawel | 코르다벨 | كوردافيل
Halveth/Halvet | 할베트 | هالفيث/هالفيت
Sorimak/Sorymak | 소리막 | سوريماك
Ulmerin/Ulmeryn | 울메린 | أولميرين/اولميرين
Dapiren/Dapyren | 다피렌 | دابيرين
Yanvelle/Yanvel | 얀벨 | يانفيل
Nomirac/Nomirak | 노미락 | نوميراك
Bresotane/Bresotan | 브레소탄 | بريسوتان
Quillemar/Kilemar | 퀼레마르 | كيليمار
Ostaveen/Ostavin | 오스타빈 | أوستافين/اوستافين
Ferrunde/Ferunde | 페룬데 | فيروندي
Ivadole/Ivadol | 이바돌레 | إيفادولي/ايفادولي
Gantrevi/Gantrevy | 간트레비 | غانتريفي/جانتريفي
Lomesque/Lomesk | 로메스크 | لوميسك
Pavirune/Pavirun | 파비룬 | بافيرون
Wesselay/Weselay | 웨셀라이 | ويسيلاي
""")

COUNT = 380
NAMESAKES = 14   # another person with the very same name
SIBLINGS = 12    # same surname and village, born a few years apart


@dataclass
class Person:
    entity: str
    style: str            # "korean" or "arabic"
    sex: str              # "M" or "F"
    given: dict
    father: dict | None   # a middle name, only in Arabic-style names
    surname: dict
    birth: int
    village: dict
    seen: datetime.date

    def clashes(self, other):
        """Whether even a careful reader would take the two for one person."""
        return (self.given is other.given and self.surname is other.surname
                and abs(self.birth - other.birth) < 6)


def _draw(rng, style=None):
    style = style or rng.choices(("korean", "arabic"), (60, 40))[0]
    sex = rng.choices("MF", (68, 32))[0]
    korean = style == "korean"
    return Person(
        "", style, sex,
        rng.choice((KOREAN_GIVEN if korean else ARABIC_GIVEN)[sex]),
        rng.choice(ARABIC_GIVEN["M"]) if not korean and rng.random() < 0.5 else None,
        rng.choice(KOREAN_SURNAMES if korean else ARABIC_SURNAMES),
        rng.randrange(1932, 1992), rng.choice(VILLAGES),
        datetime.date(2006, 1, 1) + datetime.timedelta(days=rng.randrange(6 * 365)))


def population(rng):
    people = []
    while len(people) < COUNT:
        person = _draw(rng)
        # Namesakes and siblings are what makes linking by name alone fail.
        if 100 <= len(people) < 100 + NAMESAKES:
            twin = people[len(people) - 100]
            person = _draw(rng, twin.style)
            person.sex, person.given, person.surname = twin.sex, twin.given, twin.surname
        elif 200 <= len(people) < 200 + SIBLINGS:
            kin = people[len(people) - 180]
            person = _draw(rng, kin.style)
            person.surname, person.village, person.seen = kin.surname, kin.village, kin.seen
            person.father = kin.father
            person.birth = kin.birth + rng.choice((-3, -2, 2, 3))
        if any(person.clashes(other) for other in people):
            continue
        person.entity = f"E{len(people) + 1:03d}"
        people.append(person)
    return people
