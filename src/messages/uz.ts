import type { Messages } from '../messages.ts';
import { camera } from './camera/uz.ts';
import { consoleTexts } from './console/uz.ts';
import { demoTexts } from './demo/uz.ts';

export const uz: Messages = {
  ...camera,
  ...consoleTexts,
  ...demoTexts,
  'error.bad_http': 'So‘rov to‘g‘ri HTTP emas.',
  'error.invalid_json': 'So‘rov tanasi to‘g‘ri JSON emas.',
  'error.invalid_request': 'So‘rov hujjatda ko‘rsatilgan shaklda emas.',
  'error.invalid_base64': 'Rasm to‘g‘ri base64 emas.',
  'error.invalid_image': 'Fayl buzilgan, to‘liq emas yoki umuman rasm emas.',
  'error.invalid_clip': 'Fayl buzilgan, to‘liq emas yoki umuman video emas.',
  'error.unauthorised': 'Yaroqli API kaliti kerak.',
  'error.console_read_only': 'Bu server konsoli faqat o‘qiydi: CONSOLE_RELABEL o‘chirilgan.',
  'error.forbidden_origin': 'Bu manbadagi sahifalar ushbu serverda seans ocha olmaydi.',
  'error.not_found': 'Bu manzilda hech narsa yo‘q.',
  'error.console_closed':
    'Serverda API kaliti bo‘lmaguncha konsol ishlamaydi: API_KEY ni kiriting yoki `bonafide keys create` ni ishga tushiring.',
  'error.check_not_found': 'Bu id bilan ochiq faol tekshiruv yo‘q.',
  'error.method_not_allowed': 'Bu manzil ushbu usulga javob bermaydi.',
  'error.request_timeout': 'So‘rov o‘z vaqtida yetib kelmadi.',
  'error.payload_too_large': 'So‘rov hajmi bu server qabul qiladigan hajmdan katta.',
  'error.too_many_pixels': 'Rasmdagi piksellar soni bu server qabul qiladigan miqdordan ko‘p.',
  'error.clip_too_long': 'Video bu server qabul qiladigan davomiylikdan uzun.',
  'error.unsupported_media_type': 'So‘rovning kontent turi bu yerda qabul qilinmaydi.',
  'error.unsupported_format': 'Rasm formati qo‘llab-quvvatlanmaydi.',
  'error.no_face': 'Rasmda yuz topilmadi.',
  'error.several_faces': 'Rasmda bir nechta yuz bor, qaysi biri kerakligi noaniq.',
  'error.upgrade_required': 'Bu manzil faqat WebSocket orqali ishlaydi.',
  'error.too_many_frames': 'Kadrlar bu server qabul qiladiganidan tezroq keldi.',
  'error.headers_too_large': 'So‘rov sarlavhalari juda katta.',
  'error.cancelled': 'Mijoz so‘rovni bekor qildi.',
  'error.session_not_found': 'Bu id bilan seans yo‘q yoki u o‘chirib tashlangan.',
  'error.session_in_use': 'Bu seansning oqimi allaqachon ochiq.',
  'error.too_many_unused_sessions': 'Oqimi ochilmagan seanslar juda ko‘p yaratilgan.',
  'error.frame_in_flight': 'Kadr oldingisiga javob berilmasdan keldi.',
  'error.session_unknown': 'Bunday seans yo‘q yoki uning muddati tugagan.',
  'error.forbidden_contract': 'Bu API kalitidan bu yerda foydalanib bo‘lmaydi.',
  'error.sample_not_found': 'Ma’lumotlar to‘plamida bunday surat yo‘q.',
  'error.user_not_found': 'Bu id bilan hech kim ro‘yxatga olinmagan.',
  'error.face_already_enrolled': 'Bu yuz boshqa id bilan ro‘yxatga olingan.',
  'error.sample_labelled_otherwise': 'Bu rasm boshqa yorliq bilan saqlangan.',
  'error.template_of_another_model':
    'Bu kishi boshqa model bilan ro‘yxatga olingan, uning shablonlarini solishtirib bo‘lmaydi: qaytadan ro‘yxatga oling.',
  'error.low_resolution': 'Yuzdagi piksellar soni juda kam.',
  'error.face_masked': 'Yuzda niqob bor.',
  'error.face_not_comparable': 'Yuz taqqoslash uchun yetarlicha yaxshi ko‘rinmayapti.',
  'error.rate_limited': 'Bu API kaliti juda ko‘p so‘rov yubordi.',
  'error.session_used_up': 'Bu seansdan ruxsat etilgancha foydalanib bo‘lindi.',
  'error.store_unavailable': 'Ma’lumotlar bazasiga ulanib bo‘lmadi.',
  'error.image_as_video': 'video maydonida rasm bor: uni image maydonida yuboring.',
  'error.video_as_image': 'image maydonida video bor: uni video maydonida yuboring.',
  'error.internal': 'Serverda xatolik yuz berdi.',
  'error.busy': 'Server band.',
  'error.perception_lost': 'Tahlil uzilib qoldi.',
  'error.too_many_sessions': 'Ochiq seanslar juda ko‘p.',
  'error.shutting_down': 'Server o‘chirilmoqda.',
  'error.deadline_exceeded': 'Tahlil juda uzoq davom etdi.',

  'frames.real': 'Haqiqiy yuz aniqlandi',
  'frames.fake': 'Soxta yuz aniqlandi (foto/video)',
  'frames.error': 'Xato: {message}',
  'frames.sign.several_faces': 'Rasmlardan birida bir nechta yuz bor.',
  'frames.sign.another_person': 'Rasmlarda bitta odam emas.',
  'frames.sign.repeated_picture': 'Bitta rasm bir necha marta yuborilgan.',
  'frames.sign.flat_picture': 'Yuz burilganda fotosuratdagidek torayadi.',
  'frames.sign.attack_scores': 'Yuz fotosurat yoki ekrandagi tasvirga o‘xshaydi.',
  'frames.sign.no_usable_frame':
    'Hech bir rasmda yuz uning haqiqiyligini aniqlash uchun yetarlicha katta va to‘g‘ri ko‘rinmaydi.',
  'frames.sign.no_anti_spoof_model':
    'Soxta yuzni aniqlash modeli o‘rnatilmagan: bu rasmlarni qayta ko‘rsatilganidan ajratib bo‘lmaydi.',
  'frames.sign.experimental_net':
    'Bu yerdagi yagona soxta yuzni aniqlash modeli tajriba bosqichida: uning o‘zi bu rasmlarni qayta ko‘rsatilganidan ishonchli ajrata olmaydi.',

  'recognition.twice': '{name} parametri bir martadan ko‘p berilgan: uni bir marta bering.',
  'recognition.not_a_number': '{name} parametri {from} dan {to} gacha bo‘lgan son bo‘lishi kerak.',
  'recognition.not_whole': '{name} parametri {from} dan {to} gacha bo‘lgan butun son bo‘lishi kerak.',
  'recognition.no_user_id': 'user_id parametri yo‘q.',
  'recognition.bad_user_id':
    'user_id parametri ko‘pi bilan {bytes} baytli, boshqaruv belgilarisiz matn bo‘lishi kerak; "." yoki ".." bo‘lishi mumkin emas.',
  'recognition.bad_backend':
    'detector_backend parametri nom bo‘lishi kerak: harflar, raqamlar, ".", "_", "+" va "-", ko‘pi bilan 40 ta.',
  'recognition.no_picture':
    'video maydonida video yoki image maydonida rasm yuboring (multipart/form-data), yoki image_base64 bilan JSON.',
  'recognition.bad_label': 'label parametri live yoki spoof bo‘lishi kerak.',
  'recognition.no_image':
    'image maydonida rasm yuboring (multipart/form-data), yoki image_base64 bilan JSON.',
  'recognition.not_text': '{name} maydoni matn bo‘lishi kerak.',
  'recognition.bad_consent':
    'consent parametri 1 dan {bytes} gacha baytli, boshqaruv belgilarisiz matn bo‘lishi kerak.',
  'recognition.registered': 'Muvaffaqiyatli ro‘yxatga olindi',
  'recognition.replaced': 'Muvaffaqiyatli ro‘yxatga olindi: avvalgi yozuv almashtirildi',
  'recognition.not_live': 'Yuzning tirikligi tasdiqlanmadi',
  'recognition.heuristic': 'Yuzning tirikligini tasdiqlab bo‘lmaydi: bu serverda anti-spoofing modeli yo‘q',
  'recognition.experimental':
    'Yuzning tirikligini tasdiqlab bo‘lmaydi: bu serverdagi yagona anti-spoofing modeli tajriba bosqichida',
  'recognition.ok': 'OK',
  'recognition.no_match': 'Bu yuz ro‘yxatga olingan odamniki emas',
  'recognition.not_identified': 'Bu yuz ro‘yxatga olinganlarning hech birigiki emas',
  'recognition.erased': 'Yozuv o‘chirildi',

  'reason.anti_spoof_score': '{model} yuzning jonliligini {live} deb baholadi.',
  'reason.anti_spoof_score_missing': '{model} yuzni baholay olmadi.',
  'reason.anti_spoof_model_missing':
    '{model} talab qilingan, lekin o‘rnatilmagan; xulosa faqat boshqa modellarga tayanib chiqarilmaydi.',
  'reason.no_anti_spoof_model':
    'Soxta yuzni aniqlash modeli o‘rnatilmagan, shuning uchun bitta surat yuzning jonli ekanini ko‘rsata olmaydi.',
  'reason.experimental_net':
    'Bu yerdagi yagona soxta yuzni aniqlash modeli tajriba bosqichida: uning xulosasi bilangina hech kim ro‘yxatga olinmaydi va selfi tasdiqlanmaydi.',
  'reason.between_thresholds':
    'Baholar hujum chegarasi ({attack}) bilan jonli yuz chegarasi ({live}) orasida.',
  'reason.face_too_small':
    'Yuzning eni {side} piksel; kamida {minimum} piksel kerak. Kameraga yaqinroq keling.',
  'reason.face_cut_off':
    'Yuzning faqat {visible} qismi suratda ko‘rinmoqda. Yuzingizni o‘rtaga joylashtiring.',
  'reason.face_too_close':
    'Yuz butun suratni egallagan. Yuz atrofi ham ko‘rinishi uchun kamerani uzoqroq tuting.',
  'reason.face_blurred': 'Yuz xira chiqqan. Kamerani qimirlatmay tuting va linzasini arting.',
  'reason.face_too_dark': 'Yuz juda qorong‘i. Yorug‘roq joy toping.',
  'reason.face_too_bright':
    'Yuzga tushayotgan yorug‘lik haddan tashqari ko‘p. Yorug‘likdan chetroqqa o‘ting.',
  'reason.face_turned_away':
    'Yuz haddan tashqari burilgan (yonga {yaw}°, yuqori-past {pitch}°). Kameraga qarang.',
  'reason.pose_unknown': 'Yuzning yo‘nalishini aniqlab bo‘lmadi.',
  'reason.grid_pattern': 'Tasvirda ekrandagidek bir tekis to‘r naqshi bor ({value}).',
  'reason.glare': 'Yuzning bir qismida yaltiroq qog‘oz yoki shishadagidek kuchli yaltirash bor ({value}).',
  'reason.straight_lines':
    'Yuz atrofida qog‘oz yoki ekran chetlariga o‘xshash to‘g‘ri chiziqlar bor ({value}).',
  'reason.too_few_frames':
    'Videoda bir soniyadagi kadrlar ko‘z yumib-ochishni ko‘rsatish uchun juda kam ({frameRate}; kamida {minimum} ta kerak).',
  'reason.too_few_frames.single':
    'Videoda faqat bitta kadr bor; ko‘z yumib-ochishni ko‘rsatish uchun soniyasiga kamida {minimum} ta kadr kerak.',
  'reason.blink_seen': 'Ko‘z {count} marta yumib-ochildi.',
  'reason.blink_seen.once': 'Ko‘z bir marta yumib-ochildi.',
  'reason.no_face': 'Yuz ko‘rinmayapti.',
  'reason.several_faces':
    'Bir nechta yuz ko‘rinmoqda, qaysi biri kerakligi noaniq. Kadrda faqat bir kishi bo‘lishi kerak.',
  'reason.no_blink': 'Ko‘z yumib-ochilgani aniqlanmadi. Kameraga qarang, ikkala ko‘zingizni yumib oching.',
  'reason.face_changed': 'Boshidan oxirigacha bitta odamning yuzi ko‘rinmaydi.',
  'reason.not_the_selfie': 'Yuz ushbu tekshiruvga tegishli rasmdagi yuz emas.',
  'reason.same_as_selfie': 'Yuz ushbu tekshiruvga tegishli rasmdagi yuz bilan bir xil.',
  'reason.face_not_comparable':
    'Yuz solishtirish uchun yetarlicha yaxshi ko‘rinmayapti. Yaqinroq keling, kameraga qarang va yaxshi yorug‘likda turing.',
  'reason.attack_signs': 'Soxta yuzni aniqlash modellari videoni hujum deb topdi.',
  'reason.no_attack_signs': 'Soxta yuzni aniqlash modellari videoni hujum deb topmadi.',
  'reason.passive_inconclusive':
    'Soxta yuzni aniqlash modellari yuz tirik odamniki ekaniga amin emas. Yaqinroq keling va bir tekis yorug‘likda turing.',
  'reason.turns_alone':
    'Ishonchli soxta yuzni aniqlash modeli o‘rnatilmagan: natija faqat bosh harakatlariga tayanadi, ko‘rsatmani bajargan odamning yozuvi ham o‘tishi mumkin.',
  'reason.no_anti_spoof_model_for_clip':
    'Soxta yuzni aniqlash modeli o‘rnatilmagan: bu videoni ekrandan qayta ko‘rsatilgan videodan ajratib bo‘lmaydi.',
  'reason.too_few_faces': 'Yuz videoning {count} ta kadrida yolg‘iz ko‘rinadi; kamida {minimum} ta kerak.',
  'reason.too_few_live': 'Kadrlarning {ratio} qismida yuz tirik ko‘rinadi; kamida {minimum} kerak.',
  'reason.closing_one_eye': 'Faqat bir ko‘z yumildi, ikkinchisi ochiq qoldi.',
  'reason.closing_too_short': 'Ko‘zlar juda qisqa vaqtga yumildi.',
  'reason.closing_too_long': 'Ko‘zlar juda uzoq vaqt yumuq turdi yoki pastga qarab turdi.',
  'reason.closing_too_noisy':
    'Tasvir juda beqaror, ko‘zlar yumilgan-yumilmaganini aniqlab bo‘lmadi. Ko‘proq yorug‘lik yordam beradi.',
  'reason.closing_face_turned': 'Bosh burilgan paytda ko‘zlar yumildi. Kameraga qarang.',
  'reason.closing_head_moved': 'Bosh qimirlagan paytda ko‘zlar yumildi. Boshingizni qimirlatmang.',
  'reason.closing_face_warped': 'Butun yuz qiyshaytirilgan yoki bukilgan rasmdagidek toraydi.',
  'reason.closing_covered': 'Ko‘zlar oldidan nimadir o‘tdi.',
  'reason.closing_abrupt': 'Ko‘zlar qovoqlar harakatisiz yumilib-ochildi.',
};
