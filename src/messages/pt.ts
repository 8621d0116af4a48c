import type { Messages } from '../messages.ts';
import { camera } from './camera/pt.ts';
import { consoleTexts } from './console/pt.ts';
import { demoTexts } from './demo/pt.ts';

export const pt: Messages = {
  ...camera,
  ...consoleTexts,
  ...demoTexts,
  'error.bad_http': 'A requisição não é HTTP válido.',
  'error.invalid_json': 'O corpo da requisição não é JSON válido.',
  'error.invalid_request': 'A requisição não tem o formato documentado.',
  'error.invalid_base64': 'A imagem não é base64 válido.',
  'error.invalid_image': 'O arquivo está danificado, incompleto ou não é uma imagem.',
  'error.invalid_clip': 'O arquivo está danificado, incompleto ou não é um vídeo.',
  'error.unauthorised': 'É necessária uma chave de API válida.',
  'error.console_read_only': 'O console deste servidor só lê: CONSOLE_RELABEL está desligado.',
  'error.forbidden_origin': 'Páginas desta origem não podem abrir sessões neste servidor.',
  'error.not_found': 'Não há nada neste endereço.',
  'error.console_closed':
    'Não há console enquanto o servidor não tem chave de API: defina API_KEY, ou execute `bonafide keys create`.',
  'error.check_not_found': 'Não há nenhuma verificação ativa aberta com este id.',
  'error.method_not_allowed': 'Este endereço não responde a este método.',
  'error.request_timeout': 'A requisição não chegou a tempo.',
  'error.payload_too_large': 'A requisição é maior do que este servidor aceita.',
  'error.too_many_pixels': 'A imagem tem mais pixels do que este servidor aceita.',
  'error.clip_too_long': 'O vídeo é mais longo do que este servidor aceita.',
  'error.unsupported_media_type': 'O tipo de conteúdo da requisição não é aceito aqui.',
  'error.unsupported_format': 'O formato da imagem não é suportado.',
  'error.no_face': 'Nenhum rosto foi encontrado na imagem.',
  'error.several_faces': 'Há mais de um rosto que poderia ser o certo.',
  'error.upgrade_required': 'Este endereço só atende WebSocket.',
  'error.too_many_frames': 'Os quadros chegaram mais rápido do que este servidor aceita.',
  'error.headers_too_large': 'Os cabeçalhos da requisição são grandes demais.',
  'error.cancelled': 'O cliente encerrou a requisição.',
  'error.session_not_found': 'Não há sessão com este id, ou ela já foi esquecida.',
  'error.session_in_use': 'Esta sessão já tem um fluxo aberto.',
  'error.too_many_unused_sessions': 'Há sessões demais criadas cujo fluxo ninguém abriu.',
  'error.frame_in_flight': 'Um quadro chegou antes da resposta ao anterior.',
  'error.session_unknown': 'Esta sessão não existe ou expirou.',
  'error.forbidden_contract': 'Esta chave de API não pode ser usada aqui.',
  'error.sample_not_found': 'Não há essa imagem no conjunto de dados.',
  'error.user_not_found': 'Não há ninguém cadastrado com este id.',
  'error.face_already_enrolled': 'Este rosto já está cadastrado com outro id.',
  'error.sample_labelled_otherwise': 'Esta imagem já está armazenada com o outro rótulo.',
  'error.template_of_another_model':
    'Esta pessoa foi cadastrada com outro modelo, cujos modelos biométricos não podem ser comparados: cadastre-a novamente.',
  'error.low_resolution': 'O rosto tem poucos pixels.',
  'error.face_masked': 'O rosto está com máscara.',
  'error.face_not_comparable': 'O rosto não aparece bem o bastante para ser comparado.',
  'error.rate_limited': 'Esta chave de API fez requisições demais.',
  'error.session_used_up': 'Esta sessão já foi usada tantas vezes quanto permitido.',
  'error.store_unavailable': 'Não foi possível acessar o banco de dados.',
  'error.image_as_video': 'O campo video contém uma imagem: envie-a no campo image.',
  'error.video_as_image': 'O campo image contém um vídeo: envie-o no campo video.',
  'error.internal': 'Algo deu errado no servidor.',
  'error.busy': 'O servidor está ocupado.',
  'error.perception_lost': 'A análise foi interrompida.',
  'error.too_many_sessions': 'Há sessões demais abertas.',
  'error.shutting_down': 'O servidor está sendo desligado.',
  'error.deadline_exceeded': 'A análise demorou demais.',

  'frames.real': 'Rosto real detectado',
  'frames.fake': 'Rosto falso detectado (foto/vídeo)',
  'frames.error': 'Erro: {message}',
  'frames.sign.several_faces': 'Há mais de um rosto em uma das imagens.',
  'frames.sign.another_person': 'As imagens não mostram a mesma pessoa.',
  'frames.sign.repeated_picture': 'A mesma imagem foi enviada mais de uma vez.',
  'frames.sign.flat_picture': 'O rosto fica mais estreito ao virar, como em uma fotografia.',
  'frames.sign.attack_scores': 'O rosto parece uma fotografia ou uma tela.',
  'frames.sign.no_usable_frame':
    'Nenhuma imagem mostra o rosto grande e frontal o bastante para saber se é real.',
  'frames.sign.no_anti_spoof_model':
    'Nenhum modelo anti-spoofing está instalado: nada distingue estas imagens das de uma reprodução.',
  'frames.sign.experimental_net':
    'O único modelo anti-spoofing aqui é experimental: sozinho, não distingue estas imagens das de uma reprodução.',

  'recognition.twice': 'O parâmetro {name} foi informado mais de uma vez: informe-o uma só vez.',
  'recognition.not_a_number': 'O parâmetro {name} deve ser um número de {from} a {to}.',
  'recognition.not_whole': 'O parâmetro {name} deve ser um número inteiro de {from} a {to}.',
  'recognition.no_user_id': 'Falta o parâmetro user_id.',
  'recognition.bad_user_id':
    'O parâmetro user_id deve ser um texto de até {bytes} bytes, sem caracteres de controle, e diferente de "." e "..".',
  'recognition.bad_backend':
    'O parâmetro detector_backend deve ser um nome: letras, dígitos, ".", "_", "+" e "-", no máximo 40.',
  'recognition.no_picture':
    'Envie um vídeo no campo video ou uma imagem no campo image (multipart/form-data), ou JSON com image_base64.',
  'recognition.bad_label': 'O parâmetro label deve ser live ou spoof.',
  'recognition.no_image': 'Envie uma imagem no campo image (multipart/form-data), ou JSON com image_base64.',
  'recognition.not_text': 'O campo {name} deve ser um texto.',
  'recognition.bad_consent':
    'O parâmetro consent deve ser um texto de 1 a {bytes} bytes, sem caracteres de controle.',
  'recognition.registered': 'Cadastrado com sucesso',
  'recognition.replaced': 'Cadastrado com sucesso: o cadastro anterior foi substituído',
  'recognition.not_live': 'A prova de vida não foi confirmada',
  'recognition.heuristic':
    'A prova de vida não pode ser confirmada: este servidor não tem modelo anti-spoofing',
  'recognition.experimental':
    'A prova de vida não pode ser confirmada: o único modelo anti-spoofing deste servidor é experimental',
  'recognition.ok': 'OK',
  'recognition.no_match': 'O rosto não é o da pessoa cadastrada',
  'recognition.not_identified': 'O rosto não é o de ninguém cadastrado',
  'recognition.erased': 'Cadastro apagado',

  'reason.anti_spoof_score': '{model} dá ao rosto uma pontuação de {live} como real.',
  'reason.anti_spoof_score_missing': '{model} não conseguiu avaliar o rosto.',
  'reason.anti_spoof_model_missing':
    '{model} foi solicitado, mas não está instalado; o veredito não se apoia só nos outros modelos.',
  'reason.no_anti_spoof_model':
    'Nenhum modelo anti-spoofing está instalado; por isso, uma imagem parada não mostra se o rosto é real.',
  'reason.experimental_net':
    'O único modelo anti-spoofing aqui é experimental: sozinho, não cadastra ninguém nem confirma uma selfie de cadastro.',
  'reason.between_thresholds':
    'As pontuações ficam entre o limite de ataque ({attack}) e o de rosto real ({live}).',
  'reason.face_too_small':
    'O rosto tem {side} pixels de largura; são necessários pelo menos {minimum}. Aproxime-se.',
  'reason.face_cut_off': 'Apenas {visible} do rosto está na imagem. Centralize o rosto.',
  'reason.face_too_close':
    'O rosto ocupa a imagem toda. Afaste a câmera para que se veja o que há em volta do rosto.',
  'reason.face_blurred': 'O rosto está desfocado. Segure a câmera com firmeza e limpe a lente.',
  'reason.face_too_dark': 'O rosto está escuro demais. Procure mais luz.',
  'reason.face_too_bright': 'Há luz demais no rosto. Afaste-se dela.',
  'reason.face_turned_away':
    'O rosto está virado demais (giro {yaw}°, inclinação {pitch}°). Olhe para a câmera.',
  'reason.pose_unknown': 'Não foi possível medir a direção do rosto.',
  'reason.grid_pattern': 'A textura mostra uma grade regular, como a de uma tela ({value}).',
  'reason.glare':
    'Uma parte do rosto está estourada por reflexo, como em papel brilhante ou vidro ({value}).',
  'reason.straight_lines':
    'Linhas retas cruzam os arredores do rosto, como as bordas de uma folha ou de uma tela ({value}).',
  'reason.too_few_frames':
    'O vídeo tem poucos quadros por segundo para mostrar uma piscada ({frameRate}; são necessários pelo menos {minimum}).',
  'reason.too_few_frames.single':
    'O vídeo tem um único quadro; para mostrar uma piscada são necessários pelo menos {minimum} por segundo.',
  'reason.blink_seen': 'Foram vistas {count} piscadas.',
  'reason.blink_seen.once': 'Foi vista uma piscada.',
  'reason.no_face': 'Nenhum rosto aparece.',
  'reason.several_faces': 'Há mais de um rosto que poderia ser o certo. Só uma pessoa pode aparecer.',
  'reason.no_blink': 'Nenhuma piscada foi vista. Olhe para a câmera, feche e abra os dois olhos.',
  'reason.face_changed': 'Não é o mesmo rosto que aparece do começo ao fim.',
  'reason.not_the_selfie': 'O rosto não é o da imagem à qual esta verificação pertence.',
  'reason.same_as_selfie': 'O rosto é o da imagem à qual esta verificação pertence.',
  'reason.face_not_comparable':
    'O rosto não aparece bem o bastante para ser comparado. Aproxime-se, olhe para a câmera e procure boa luz.',
  'reason.attack_signs': 'Os modelos anti-spoofing consideram o vídeo um ataque.',
  'reason.no_attack_signs': 'Os modelos anti-spoofing não consideram o vídeo um ataque.',
  'reason.passive_inconclusive':
    'Os modelos anti-spoofing não têm certeza de que o rosto é real. Aproxime-se e procure luz uniforme.',
  'reason.turns_alone':
    'Nenhum modelo anti-spoofing confiável está instalado: o resultado se apoia apenas nos movimentos, e a reprodução de alguém que obedece pode passar.',
  'reason.no_anti_spoof_model_for_clip':
    'Nenhum modelo anti-spoofing está instalado: nada distingue este vídeo de uma reprodução.',
  'reason.too_few_faces':
    'O rosto aparece sozinho em {count} quadros do vídeo; são necessários pelo menos {minimum}.',
  'reason.too_few_live': 'O rosto parece real em {ratio} dos quadros; são necessários pelo menos {minimum}.',
  'reason.closing_one_eye': 'Um olho se fechou, mas o outro não.',
  'reason.closing_too_short': 'Os olhos se fecharam por tempo curto demais para uma piscada.',
  'reason.closing_too_long':
    'Os olhos ficaram fechados, ou voltados para baixo, por tempo demais para uma piscada.',
  'reason.closing_too_noisy':
    'A imagem está instável demais para saber se os olhos se fecharam. Mais luz ajuda.',
  'reason.closing_face_turned': 'Os olhos se fecharam com a cabeça virada. Olhe para a câmera.',
  'reason.closing_head_moved': 'Os olhos se fecharam com a cabeça em movimento. Mantenha-a parada.',
  'reason.closing_face_warped':
    'O rosto inteiro ficou mais estreito, como o de uma imagem inclinada ou dobrada.',
  'reason.closing_covered': 'Algo passou na frente dos olhos.',
  'reason.closing_abrupt': 'Os olhos se fecharam e se abriram sem nenhum movimento das pálpebras.',
};
