"""Made-up texts for the golden files of tokenizers: a little corpus to train tiny vocabularies on,
and a set of strings on which tokenizers tend to differ. Everything here was written for this
project; nothing comes from a real chat."""

CORPUS = """
Hey, are you coming over tonight? I'll bring the big pot, you bring the rice.
We can't start before 7:30, she's working until 19:15 and won't be back earlier.
I'd say we've seen worse; they're late, it's raining, and he'll forget the keys again.
The train leaves at 08:42 from platform 12, so don't wait for me after half past eight.
No way!!! That's the third time this week... what did he say when you told him?
Good morning everyone, the kettle is on and the dog has eaten my left shoe.
My new number is 555-0199, please save it, the old one stops working on 1 March 2024.
Grandmother made soup, then more soup, and finally a cake with 4 eggs and 250 g of sugar.
Kommst du heute noch vorbei? Ich habe Brötchen geholt und den Schlüssel unter die Matte gelegt.
Wir müssen übermorgen früh los, sonst schaffen wir die Fähre um zehn nach sechs nicht mehr.
On se retrouve à la gare vers dix-huit heures, j'apporte les crêpes et un peu de café.
Ça marche, l'hôtel est réservé, il n'y a plus qu'à espérer qu'il ne pleuve pas.
Mañana te llamo, ¿vale? El niño está dormido y no quiero hacer ruido.
Você já viu a foto que a avó mandou? Ela está muito feliz com o cão novo.
Dziękuję, jutro zadzwonię, bo dziś już późno i wszyscy śpią.
Akşam geliyor musun, yoksa yine iş mi çıktı? Çay hazır, börek fırında.
Привет, ты где? Мы уже дома, ужин на столе, ключи у соседки.
Завтра не смогу, у меня зубной в девять утра, давай лучше в пятницу вечером.
مرحبا، هل وصلت إلى البيت؟ الطعام جاهز والأولاد ينتظرون.
سأتصل بك بعد ساعة إن شاء الله، الهاتف شبه فارغ الآن.
שלום, מתי אתה מגיע? השארתי לך אוכל במקרר ליד הדלת.
नमस्ते, आज शाम को चाय पर मिलते हैं, घर पर सब ठीक है।
कल बारिश होगी तो हम पहाड़ पर नहीं जाएँगे, ठीक है ना?
สวัสดี วันนี้กินข้าวหรือยัง เดี๋ยวเย็นนี้ไปตลาดด้วยกันนะ
你到家了吗?晚饭已经做好了,我们等你一起吃。
明天早上八点在车站见,别忘了带雨伞和水。
今日は早く帰るね。夕ご飯はカレーでいい?
駅に着いたら電話して、迎えに行くから待っていて。
오늘 저녁에 시간 있어? 같이 밥 먹고 산책하자.
내일 아침 일찍 출발하니까 늦지 않게 와 줘.
😂😂 you won't believe it 🎉 happy birthday 🎂❤️ see you 👋🏽
def greet(name):
    if name is None:
        return "nobody"
    for i in range(10):
        print(f"{i}: hello, {name}!")
int main(void) { return 0; } // the end
https://example.org/photos?id=1234&size=large
""".strip("\n")

TORTURE = [
    "", " ", "  ", "   ", "a", " a", "a ", "  a  b   c  ", "hello world", " hello world ",
    "Hey, are you coming over tonight?", "can't won't I'll we've they're he'd I'm it's",
    "CAN'T WON'T I'LL WE'VE THEY'RE HE'D I'M IT'S", "'s't're've'm'll'd", "'S'T'RE'VE'M'LL'D",
    "'ll'LL'lL'Ll", "x'y 'tis 'twas rock'n'roll", "'\u017fo long 's \u017f", "don\u2019t it\u2019s",
    "0", "7", "12", "123", "1234", "12345", "1234567", "3.14159", "1,234,567.89", "2024-02-29",
    "08:42", "a1b22c333d4444", " 1 22 333 4444", "\u00b2\u00b3\u00bd\u2167\u2460", "\u0661\u0662\u0663\u0664",
    "\u0967\u0968\u0969", "\uff11\uff12\uff13", "x\u00b2+y\u00b2", "1st 2nd 3rd",
    "\n", "\n\n", "\n\n\n", "\r\n", "\r", "a\nb", "a\n\nb", "a\r\nb\r\n", " \n ", "\n ", " \n",
    "a \n b", "a  \n\n  b", "\t", "\t\t", "a\tb", "\ta", "a\t", " \t \t", "\n\t\n", "tail  \n",
    "tail \t", "a\u00a0b", "\u00a0\u00a0", "a\u2003b", "a\u3000b", "a\u2028b\u2029c", "a\u0085b",
    "a\u200bb", "\ufeffa", "\u200e\u200fa", "\u202atext\u202c", "soft\u00adhyphen",
    "...", "!!!", "?!?!", "(a)", "[b]", "{c}", "<d>", "a.b.c", "a-b-c", "a_b_c", "--- ===", "#tag @me",
    "5 % of 10 \u20ac", "\u00bfqu\u00e9? \u00a1s\u00ed!", "\u2014 dash \u2013 dash", "\u201cquoted\u201d", "!\n", "!\n\n?", "...\r\n",
    ":-) ;-) <3 :'(", "¯\\_(ツ)_/¯",
    "Kommst du heute noch vorbei?", "Straße STRASSE ẞ", "Ça marche, l'hôtel", "Mañana", "Você já",
    "Dziękuję", "Akşam İstanbul ıI", "Привет, ты где?", "ПРИВЕТ", "مرحبا، هل وصلت؟", "אני בבית",
    "नमस्ते क्षत्रिय", "สวัสดีวันนี้", "你到家了吗?", "今日はカレー", "ガギグ ｶﾞｷﾞｸﾞ", "오늘 저녁에",
    "\u1112\u1161\u11ab", "e\u0301 o\u0308 n\u0303", "\u00e9 \u00f6 \u00f1", "a\u0300\u0301\u0302\u0303", "\u0301alone",
    "Z\u0351\u0350a\u0334l\u0327go", "ﬁ ﬂ ﬀ", "Å Å Å", "①②③", "𝐁𝐨𝐥𝐝 𝒮𝒸𝓇𝒾𝓅𝓉", "𐍈𐌰", "𠀀𠀁",
    "😂", "😂😂😂", "❤️", "❤", "👋🏽", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪🇫🇷🇯🇵", "🇩", "1️⃣ #️⃣", "🎉 party 🎂", "a😂b", "👩🏾‍🚀 up",
    "\U000e0067\U000e0062", "☺☹", "\u0000", "\u0001\u0002", "\u001b[31m", "a\u0007b", "\u007f", "\u0080\u0081", "\ufffd",
    "\ufffe", "\U0010ffff", "\ue000",
    "def greet(name):\n    return None\n", "for (int i = 0; i < 10; i++) {\n\t\tx += i;\n}", "a  =  b",
    "        eight", "x" * 40, "ab" * 30, "!" * 33, " " * 33 + "x", "\n" * 9 + "x", "-" * 17, "ha" * 20,
    "https://example.org/photos?id=1234&size=large", "name@example.org", "C:\\Users\\me",
    "<|im_end|>", "a <|im_end|> b", "<|im_start|>system\nyou are", "<|endoftext|>", "<|eot_id|>", "<s>", "</s>",
    "<s>a</s>", "<unk>", "[INST] hi [/INST]", "<|start_header_id|>user<|end_header_id|>", "<0x0A>", "<0xFF>", "▁", "▁a", "a▁b",
    "▁▁", " ▁ ", "<tool_call>x</tool_call>", "a<tool_call>", "< |im_end|>", "<|im_end|", "<<|im_end|>>", "<|im_end|><|im_end|>",
    "Ġ", "Ċ", "ĠĊ", "Âł", "mixed Ж 中 ا क 😂 1", "word\u0301s", "tést", "naïve café", "ПриветHello你好", "a" + "\u0301" * 20,
]
